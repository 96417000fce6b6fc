-- Finds out by itself which backends are well: no controller is needed. One worker at a time asks them; the verdicts lie in shared memory.
--   up      answers
--   silent  takes connections, and answered two small requests with nothing: gets requests only while no other backend is up
--   down    takes no connection, or failed the check of the release: gets no requests
--   unknown was not asked since nginx started, or since this machine was away: requests wait for its first verdict
local health = {}

local request_id = require "deis.request_id"
local under_way = require "deis.under_way"
local waiting = require "deis.waiting"

local verdicts = ngx.shared.deis_health
local failed = ngx.shared.deis_failed

-- Seconds.
local ROUND = 0.5
-- Between two rounds that far apart the machine was away (stopped, suspended, cut from its processors): what it knew is old.
local AWAY = 5
local CONNECT = 2
local PROBE = 2.5
-- Between two small requests to a suspect that has answered the first.
local PROBE_EVERY = 4
-- How long a request waits for the first verdict.
local FIRST_VERDICT = 3
local DEFAULT_TIMEOUT = 2.5

-- What is asked of a backend where its release says nothing.
local default_rule = { kind = "tcp", interval = 1, retries = 2, timeout = DEFAULT_TIMEOUT }

-- Where the list of backends is, which this file does not know: a function, set once.
local list_of

-- "KIND INTERVAL RETRIES TIMEOUT [LOW HIGH PATH]"; nil when it is something else.
function health.parse_rule(text)
    local kind, interval, retries, timeout, rest = text:match("^(%l+) (%d+) (%d+) (%d+)(.*)$")
    if not kind then return nil end
    local rule = { kind = kind, interval = tonumber(interval), retries = tonumber(retries), timeout = tonumber(timeout) }
    if kind == "http" then
        local low, high, path = rest:match("^ (%d%d%d) (%d%d%d) (/%S*)$")
        if not low then return nil end
        rule.low, rule.high, rule.path = tonumber(low), tonumber(high), path
    elseif rest ~= "" or (kind ~= "tcp" and kind ~= "none") then return nil end
    if rule.timeout == 0 then rule.timeout = DEFAULT_TIMEOUT end
    return rule
end

local function is_away()
    local last = verdicts:get("round")
    return not last or ngx.now() - last > AWAY
end

local function epoch()
    return verdicts:get("epoch") or 0
end

-- What this worker has read of the verdicts in this millisecond: to read them for each request costs more than to pass it on. Neither is
-- a table or a key made anew for it, which Lua would have to collect.
local seen = { at = -1, turn = 0, is_away = false, epoch = 0 }

local function look()
    local now = ngx.now()
    if seen.at ~= now then
        seen.at, seen.turn, seen.is_away, seen.epoch = now, seen.turn + 1, is_away(), epoch()
    end
    return seen
end

local function look_again()
    seen.at = -1
end

-- Backends that a worker remembers. They change with each release.
local MANY = 1000
local views, held = {}, 0

local function view_of(name)
    local own = views[name]
    if own then return own end
    if held == MANY then views, held = {}, 0 end
    own = { turn = -1, state = "unknown", state_key = "state " .. name, epoch_key = "epoch " .. name }
    views[name], held = own, held + 1
    return own
end

-- Verdicts of before the machine was away count no more.
function health.state(name)
    local now = look()
    if now.is_away then return "unknown" end
    local own = view_of(name)
    if own.turn ~= now.turn then
        own.turn = now.turn
        own.state = verdicts:get(own.epoch_key) == now.epoch and verdicts:get(own.state_key) or "unknown"
    end
    return own.state
end

local function judge(name, state)
    look_again()
    if state == "up" and verdicts:get("state " .. name) ~= "up" then failed:delete(name) end
    verdicts:set("state " .. name, state)
    verdicts:set("epoch " .. name, epoch())
end

-- One that the controller has just named was tried from here: it gets requests at once.
function health.trust(name)
    judge(name, "up")
end

function health.forget(name)
    look_again()
    for _, key in ipairs({ "state ", "epoch ", "failures ", "due ", "probe " }) do verdicts:delete(key .. name) end
end

-- A request has just failed there: it is checked in the next round.
function health.doubt(name)
    verdicts:set("due " .. name, 0)
end

-- When a request has last found a backend that can answer: for those of the same millisecond there is nothing to ask.
local sure_at = -1

-- "some" of the backends can answer, all are "bad", there is "none", or it is "open".
local function outlook()
    local backends = list_of().backends
    if #backends == 0 then return "none" end
    local found = "bad"
    for _, backend in ipairs(backends) do
        local state = health.state(backend.name)
        if state == "up" or state == "silent" then
            sure_at = ngx.now()
            return "some"
        end
        if state == "unknown" then found = "open" end
    end
    return found
end

-- A name for a request that can be sent on without a wait; "" for others.
function health.admit()
    if sure_at ~= ngx.now() and outlook() ~= "some" then return "" end
    local name = request_id.next()
    return name
end

-- Whether requests can be answered: waits for a first verdict where there is none.
function health.await()
    local deadline = ngx.now() + FIRST_VERDICT
    while true do
        local found = outlook()
        if found ~= "open" then return found end
        if ngx.now() >= deadline then return "bad" end
        ngx.sleep(0.05)
    end
end

-- Asked of the machine's own program by all sites: guests have a memory of their own.
function health.is_leaving()
    return verdicts:get("leaving") ~= nil
end

-- PUT with a number of seconds: this machine is about to go, which load balancers are told for so long, or until nginx starts anew. DELETE takes it back.
function health.leave()
    local method = ngx.req.get_method()
    if method == "DELETE" then
        verdicts:delete("leaving")
        return ngx.exit(204)
    end
    ngx.req.read_body()
    local seconds = tonumber(ngx.req.get_body_data() or "")
    if method ~= "PUT" or not seconds or seconds < 1 or seconds > 86400 then
        ngx.status = 400
        return ngx.say("not a number of seconds")
    end
    verdicts:set("leaving", true, seconds)
    ngx.exit(204)
end

-- What load balancers ask: a proxy that is about to go, or has backends and reaches none of them, is to get no requests.
function health.answer(is_maintained)
    if package.loaded["deis.health"].is_leaving() then
        ngx.status = 503
        return ngx.say("this proxy is about to go")
    end
    if not is_maintained and health.await() == "bad" then
        ngx.status = 503
        return ngx.say("no backend answers")
    end
    ngx.say("ok")
end

-- Sites call it here, those of guests also by the programs that a host brought before.
health.heard = waiting.heard

local function open(backend)
    local socket = ngx.socket.tcp()
    socket:settimeouts(CONNECT * 1000, CONNECT * 1000, CONNECT * 1000)
    local ok, why = socket:connect(backend.host, backend.port)
    if ok then return socket end
    return nil, why
end

local function request(method, path, backend)
    return method .. " " .. path .. " HTTP/1.1\r\nHost: " .. backend.name .. "\r\nUser-Agent: deis-health\r\nAccept: */*\r\nConnection: close\r\n\r\n"
end

-- Whether anything at all comes back: an error of the app is an answer, too.
local function answers(socket, backend)
    socket:settimeout(PROBE * 1000)
    socket:send(request("HEAD", "/", backend))
    local byte, why = socket:receive(1)
    return byte ~= nil or why ~= "timeout"
end

local function is_good(socket, backend, rule)
    socket:settimeout(rule.timeout * 1000)
    if not socket:send(request("GET", rule.path, backend)) then return false end
    local status = tonumber((socket:receive("*l") or ""):match("^HTTP/%d%.%d (%d%d%d)"))
    return status ~= nil and status >= rule.low and status <= rule.high
end

-- So many failures in a row change a verdict; where there is none yet, the first does.
local function fail(name, retries, state)
    local failures = verdicts:incr("failures " .. name, 1, 0)
    if failures >= retries or health.state(name) == "unknown" then judge(name, state) end
end

local function pass(name)
    verdicts:set("failures " .. name, 0)
    judge(name, "up")
end

-- Takes connections; whether it answers is asked when there is a doubt.
local function check_answers(socket, backend, rule)
    local name, now = backend.name, ngx.now()
    local is_silent = verdicts:get("state " .. name) == "silent"
    if rule.kind == "none" or not (is_silent or waiting.is_suspect(name, now)) then return pass(name) end
    if not is_silent and (verdicts:get("failures " .. name) or 0) == 0 and now < (verdicts:get("probe " .. name) or 0) then return end
    verdicts:set("probe " .. name, now + PROBE_EVERY)
    if answers(socket, backend) then
        return pass(name)
    end
    fail(name, 2, "silent")
end

local function check(backend, rule)
    local name = backend.name
    local socket, why = open(backend)
    if not socket then
        -- Nobody listens: there is nothing to wait for.
        if why == "connection refused" then judge(name, "down") else fail(name, rule.retries, "down") end
        return
    end
    if rule.kind ~= "http" then check_answers(socket, backend, rule)
    elseif is_good(socket, backend, rule) then pass(name)
    else fail(name, rule.retries, "down") end
    socket:close()
end

-- Until the next check: at once, where the last has raised a doubt.
local function pause(name, rule)
    if health.state(name) ~= "up" then return math.min(rule.interval, 1) end
    return (verdicts:get("failures " .. name) or 0) > 0 and 0 or rule.interval
end

local function check_later(backend, rule)
    -- It may take long: meanwhile no other check of it begins, and one whose worker is gone is begun again.
    verdicts:set("due " .. backend.name, ngx.now() + CONNECT + rule.timeout + PROBE + 1)
    check(backend, rule)
    ngx.update_time()
    verdicts:set("due " .. backend.name, ngx.now() + pause(backend.name, rule) - ROUND / 2)
end

local function round(is_last)
    if is_last then return end
    ngx.update_time()
    waiting.tell()
    under_way.tell()
    -- One worker in each round.
    if not verdicts:add("turn", true, ROUND * 0.8) then return end
    local now = ngx.now()
    if is_away() then verdicts:incr("epoch", 1, 0) end
    verdicts:set("round", now)
    look_again()
    local threads = {}
    for _, backend in ipairs(list_of().backends) do
        local is_new = health.state(backend.name) == "unknown" and verdicts:get("asked " .. backend.name) ~= epoch()
        if is_new or now >= (verdicts:get("due " .. backend.name) or 0) then
            verdicts:set("asked " .. backend.name, epoch())
            threads[#threads + 1] = ngx.thread.spawn(check_later, backend, backend.rule or default_rule)
        end
    end
    for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
end

-- Begins in each worker. @param list tells the list of backends in use
function health.start(list)
    list_of = list
    ngx.timer.at(0, round)
    ngx.timer.every(ROUND, round)
end

return health
