-- Chooses the container that answers a request. The list of backends lives in shared memory, is set through the local endpoint without
-- a reload, and is restored from disk when nginx starts.
local balancer = require "ngx.balancer"
local health = require "deis.health"
local under_way = require "deis.under_way"
local waiting = require "deis.waiting"

local state = ngx.shared.deis_state
local failed = ngx.shared.deis_failed

-- Seconds for which a backend that failed is passed over, while there is another.
local FAILED_FOR = 2
local MORE_TRIES = 2
local NONE = {}

local proxy = {}
local known = { serial = 0, backends = {}, algorithm = "round_robin" }
-- When this worker last looked whether the list is a new one, and what is best of it: once in a millisecond is enough. What each request
-- runs through has no loop and no pattern, which keep LuaJIT from compiling it.
local known_at, firsts = -1, { at = -1 }
local turn

local algorithms = { round_robin = true, least_conn = true, ip_hash = true }

-- "generation N", "algorithm NAME", "backend ADDRESS:PORT [RULE]"..., "end": anything else is refused as a whole. RULE is as health.lua reads it.
local function parse(text)
    local list = { backends = {} }
    local ended = false
    for line in text:gmatch("[^\n]+") do
        local key, value, more = line:match("^(%S+) ?(%S*) ?(.*)$")
        local host, port = (value or ""):match("^(%d+%.%d+%.%d+%.%d+):(%d+)$")
        local rule = more and more ~= "" and health.parse_rule(more) or nil
        if ended or (more ~= "" and not (rule and key == "backend")) then return nil
        elseif key == "generation" and value:match("^%d+$") then list.generation = tonumber(value)
        elseif key == "algorithm" and algorithms[value] then list.algorithm = value
        elseif key == "backend" and host then list.backends[#list.backends + 1] = { name = value, host = host, port = tonumber(port), rule = rule }
        elseif key == "end" then ended = true
        else return nil end
    end
    if not (ended and list.generation and list.algorithm) then return nil end
    return list
end

local function take(text)
    if not parse(text) then return false end
    state:set("text", text)
    state:incr("serial", 1, 0)
    known_at = -1
    return true
end

local function names_of(text)
    local names = {}
    for _, backend in ipairs((text and parse(text) or { backends = {} }).backends) do names[backend.name] = true end
    return names
end

-- Takes a list, or refuses it: true when taken. Who is new in it was tried from here just before, and gets requests at once.
function proxy.set(text)
    local before = names_of(state:get("text"))
    if not parse(text) then return false end
    local after = names_of(text)
    for name in pairs(after) do
        if not before[name] then health.trust(name) end
    end
    take(text)
    for name in pairs(before) do
        if not after[name] then health.forget(name) end
    end
    return true
end

-- At the start of nginx the memory is empty; at a reload it still holds the list in use.
function proxy.restore(path)
    if state:get("text") then return end
    local file = io.open(path, "r")
    if not file then return end
    take(file:read("*a"))
    file:close()
end

-- The list in use, parsed again by each worker when it was set anew.
local function current()
    local now = ngx.now()
    if known_at == now then return known end
    known_at = now
    local serial = state:get("serial") or 0
    if serial ~= known.serial then
        known = parse(state:get("text"))
        known.serial = serial
    end
    return known
end

-- In each worker: the checks begin.
function proxy.start()
    health.start(current)
end

-- Lower is better.
local function rank(name)
    local seen = health.state(name)
    if seen == "up" then return failed:get(name) and 2 or 1 end
    return seen == "silent" and 3 or 4
end

-- Backends to choose from: of those not tried yet the best; all, where each was tried.
local function candidates(backends, tried)
    local best, chosen = math.huge, backends
    for _, backend in ipairs(backends) do
        if not tried[backend.name] then
            local own = rank(backend.name)
            if own < best then best, chosen = own, {} end
            if own == best then chosen[#chosen + 1] = backend end
        end
    end
    return chosen
end

-- For a request that was sent nowhere yet: the list, what is best of it, and how often it may be sent elsewhere.
local function look()
    local now = ngx.now()
    if firsts.at == now and known_at == now then return firsts end
    local list = current()
    firsts.at, firsts.list, firsts.backends = now, list, candidates(list.backends, NONE)
    firsts.more = math.min(#list.backends - 1, MORE_TRIES)
    return firsts
end

-- Workers begin at different places, so that few requests over many workers do not all meet the first backend.
local function next_turn()
    turn = (turn or ngx.worker.id() or 0) + 1
    return turn
end

local choose = {}

function choose.round_robin(list)
    return list[next_turn() % #list + 1]
end

function choose.least_conn(list)
    local start, best, least = next_turn(), nil, math.huge
    for i = 1, #list do
        local backend = list[(start + i) % #list + 1]
        local count = under_way.count(backend.name)
        if count < least then best, least = backend, count end
    end
    return best
end

-- As nginx's own ip_hash, the first three numbers of an IPv4 address decide.
function choose.ip_hash(list)
    local address = ngx.var.remote_addr
    return list[ngx.crc32_short(address:match("^(%d+%.%d+%.%d+)%.%d+$") or address) % #list + 1]
end

-- Notes what failed. What can be chosen then.
local function next_candidates(list, context)
    context.tried = context.tried or {}
    context.tried[context.backend] = true
    if balancer.get_last_failure() == "failed" then
        failed:set(context.backend, true, FAILED_FOR)
        firsts.at = -1
        health.doubt(context.backend)
    end
    return candidates(list.backends, context.tried)
end

-- Where the next request goes by the counts, each worker tells each of its own.
local function is_exact()
    return known.algorithm == "least_conn"
end

function proxy.balance()
    local context, first = ngx.ctx, look()
    local list, from = first.list, first.backends
    if #list.backends == 0 then return ngx.exit(503) end
    if context.backend then from = next_candidates(list, context)
    elseif first.more > 0 then balancer.set_more_tries(first.more) end
    local backend = choose[list.algorithm](from)
    local ok, message = balancer.set_current_peer(backend.host, backend.port)
    if not ok then
        ngx.log(ngx.ERR, "cannot use backend ", backend.name, ": ", message)
        return ngx.exit(502)
    end
    context.backend = backend.name
    under_way.begin(backend.name, is_exact())
    waiting.sent(backend.name)
end

-- At the end of a request, every backend that it was sent to is counted off; nginx names them all, also after an internal redirect.
function proxy.log()
    local context = ngx.ctx
    waiting.ended(context)
    if waiting.is_first_try(context) then return under_way.done(context.backend, is_exact()) end
    for name in (ngx.var.upstream_addr or ""):gmatch("%d+%.%d+%.%d+%.%d+:%d+") do under_way.done(name, is_exact()) end
end

local function answer_status(version)
    local lines = { "site " .. version }
    for line in (state:get("text") or "generation 0\nalgorithm round_robin\nend\n"):gmatch("[^\n]+") do lines[#lines + 1] = line end
    for _, name in ipairs(under_way.names()) do
        local count = under_way.count(name)
        if count > 0 then lines[#lines + 1] = "in_flight " .. name .. " " .. count end
    end
    for _, backend in ipairs(current().backends) do lines[#lines + 1] = "health " .. backend.name .. " " .. health.state(backend.name) end
    ngx.say(table.concat(lines, "\n"))
end

-- GET tells version, list and requests under way; PUT sets the list.
function proxy.endpoint(version)
    if ngx.req.get_method() ~= "PUT" then return answer_status(version) end
    ngx.req.read_body()
    if proxy.set(ngx.req.get_body_data() or "") then return ngx.exit(204) end
    ngx.status = 400
    ngx.say("not a list of backends")
end

return proxy
