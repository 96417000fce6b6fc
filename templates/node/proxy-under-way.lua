-- Requests that each backend has under way. A count in shared memory costs a request more than passing it on, so each worker counts by
-- itself. It tells at once that its first has begun and that its last has ended, and how many there are in between twice a second: others
-- read zero when and only when there is none.
local memory = ngx.shared.deis_in_flight

local under_way = {}
local counts = {}

local function tell(name, own)
    memory:incr(name, own.count - own.told, 0)
    own.told = own.count
end

-- @param is_exact where the next request is sent by this count
function under_way.begin(name, is_exact)
    local own = counts[name]
    if not own then
        own = { count = 0, told = 0 }
        counts[name] = own
    end
    own.count = own.count + 1
    if own.told == 0 or is_exact then tell(name, own) end
end

function under_way.done(name, is_exact)
    local own = counts[name]
    if not own or own.count == 0 then return end
    own.count = own.count - 1
    if own.count == 0 or is_exact then tell(name, own) end
end

-- Each worker, twice a second.
function under_way.tell()
    for name, own in pairs(counts) do
        if own.count ~= own.told then tell(name, own) end
        if own.count == 0 then counts[name] = nil end
    end
end

function under_way.count(name)
    return memory:get(name) or 0
end

function under_way.names()
    return memory:get_keys(0)
end

return under_way
