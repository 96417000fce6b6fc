-- Counts the requests that have ended, by the first digit of their status and by how long the app took to begin its answer, and those
-- that a limit of the proxy ended, by which. The counts outlive a reload and begin at zero when nginx is started.
-- Each worker counts by itself, and adds it up ten times a second to what all share: there a count costs more than to pass a request on.
local counts = ngx.shared.deis_traffic

-- Seconds.
local TELL = 0.1

local traffic = {}
local untold = {}
local is_due = false

-- Milliseconds: a request counts at the first that it did not exceed.
local BOUNDS = { 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 }

-- nginx names each try: "0.002, 0.010"; a dash stands for none.
local function last_number(text)
    return text and (tonumber(text) or tonumber(text:match("([%d.]+)$")))
end

-- Without the time in which a client reads: one that is slow, or follows a stream, says nothing about the app.
local function milliseconds_to_answer(context)
    local all = (context.heard or ngx.now()) - ngx.req.start_time()
    -- Whole ones, as nginx counts: the difference of two clocks is none.
    local whole = math.max(0, math.floor(all * 1000 + 0.5))
    return whole
end

local function bound_of(milliseconds)
    for _, bound in ipairs(BOUNDS) do
        if milliseconds <= bound then return bound end
    end
    return "more"
end

-- Status and milliseconds -> the key that they count at, "done 2 25": made once, since LuaJIT compiles no loop within a request.
local keys = {}

local function make_key(digit, milliseconds)
    local key = "done " .. digit .. " " .. (milliseconds == "open" and "open" or bound_of(milliseconds))
    keys[digit] = keys[digit] or {}
    if milliseconds == "open" or milliseconds <= BOUNDS[#BOUNDS] then keys[digit][milliseconds] = key end
    return key
end

local function key_of(digit, milliseconds)
    local own = keys[digit]
    return own and own[milliseconds] or make_key(digit, milliseconds)
end

-- What the proxy answers of itself for load balancers and a CA is no request of the app's.
local function is_own(uri)
    return uri == "/health-check" or (uri:find("/.well-known/acme-challenge/", 1, true) == 1 and not ngx.var.upstream_addr)
end

-- Bytes of an answer's head that are held: proxy_buffer_size.
local HEAD = 32768

-- Which limit of the proxy ended the request; nil where none did, or the app itself said so.
local function limit_of(status)
    if status == 413 then return not ngx.var.upstream_addr and "body" or nil end
    if status ~= 502 and status ~= 504 or last_number(ngx.var.upstream_header_time) then return nil end
    if status == 504 then return ngx.var.upstream_addr and "time" or nil end
    return (last_number(ngx.var.upstream_bytes_received) or 0) >= HEAD and "head" or nil
end

local function tell()
    local all = untold
    untold, is_due = {}, false
    for key, count in pairs(all) do counts:incr(key, count, 0) end
end

-- A worker that is about to end takes no timer: it tells at once.
local function add(key)
    untold[key] = (untold[key] or 0) + 1
    if is_due then return end
    is_due = ngx.timer.at(TELL, tell) ~= nil
    if not is_due then tell() end
end

function traffic.count()
    local status, context = ngx.status, ngx.ctx
    if status < 100 or not context.backend and is_own(ngx.var.uri) then return end
    local limit = limit_of(status)
    if limit then add("limited " .. limit) end
    -- A WebSocket is open for as long as people like.
    local milliseconds = status == 101 and "open" or milliseconds_to_answer(context)
    add(key_of(math.floor(status / 100), milliseconds))
end

-- Waits until every worker has told of the requests that have ended before.
function traffic.settle()
    ngx.sleep(TELL * 1.5)
end

-- By "status 2", "took 25", "limited body".
local function totals()
    local all = {}
    local function sum(key, count) all[key] = (all[key] or 0) + count end
    for _, key in ipairs(counts:get_keys(0)) do
        local count = counts:get(key) or 0
        local digit, bound = key:match("^done (%d) (%w+)$")
        sum(digit and "status " .. digit or key, count)
        if digit and bound ~= "open" then sum("took " .. bound, count) end
    end
    return all
end

-- Of those that have ended before it was asked. @param is_settled they were told
function traffic.endpoint(is_settled)
    if not is_settled then traffic.settle() end
    local lines = { "traffic 1" }
    for key, count in pairs(totals()) do lines[#lines + 1] = key .. " " .. count end
    ngx.say(table.concat(lines, "\n"))
end

return traffic
