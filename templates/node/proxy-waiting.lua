-- Requests that wait for an answer. Each worker counts its own and tells the others twice a second, since one of them makes all checks:
-- counts in shared memory cost a request more than passing it on.
local memory = ngx.shared.deis_health

-- Seconds. What a worker tells holds for so long: one that has ended tells no more.
local TOLD_FOR = 2
-- A backend that answers nothing for so long, while requests wait for it, is suspect.
local SUSPECT = 2
local ADDRESS = "%d+%.%d+%.%d+%.%d+:%d+"

local waiting = {}
local counts = {}

-- A request is on its way to a backend.
function waiting.sent(name)
    local own = counts[name]
    if not own then
        own = { count = 0 }
        counts[name] = own
    end
    own.count = own.count + 1
    if own.count == 1 then own.since = ngx.now() end
end

local function no_more(name)
    local own = counts[name]
    if own and own.count > 0 then own.count = own.count - 1 end
    return own
end

-- Whether the backend of the context is all that the request was sent to: to ask nginx costs more. An internal redirect forgets the context.
function waiting.is_first_try(context)
    return context.backend ~= nil and not context.tried
end

-- nginx names every backend that a request was sent to, also after a redirect. The last one's counts.
local function wait_no_more(context)
    if waiting.is_first_try(context) then return no_more(context.backend) end
    local last
    for name in (ngx.var.upstream_addr or ""):gmatch(ADDRESS) do last = no_more(name) end
    return last
end

-- An answer begins: the app's, where the last try has a time for its headers. What nginx says itself after a try is 500 and more.
function waiting.heard()
    local context = ngx.ctx
    local last = wait_no_more(context)
    local now = ngx.now()
    context.heard = now
    if last and (ngx.status < 500 or (ngx.var.upstream_header_time or ""):find("%d$")) then last.heard = now end
end

-- A client that went before any answer has heard none.
function waiting.ended(context)
    if not context.heard then wait_no_more(context) end
end

local function tell_heard(name, at)
    local before = memory:get("heard " .. name)
    if not before or before < at then memory:set("heard " .. name, at, TOLD_FOR + SUSPECT) end
end

-- Each worker, twice a second.
function waiting.tell()
    local id = ngx.worker.id()
    for name, own in pairs(counts) do
        if own.heard then tell_heard(name, own.heard) end
        local key = "since " .. name .. " " .. id
        if own.count > 0 then memory:set(key, own.since, TOLD_FOR)
        else
            memory:delete(key)
            counts[name] = nil
        end
    end
end

-- Whether requests to a backend wait, in any worker, and none of them has been answered for a while.
function waiting.is_suspect(name, now)
    local heard = memory:get("heard " .. name) or 0
    for id = 0, ngx.worker.count() - 1 do
        local since = memory:get("since " .. name .. " " .. id)
        if since and now - math.max(since, heard) >= SUSPECT then return true end
    end
    return false
end

return waiting
