-- A name for each request, like nginx's own $request_id: 32 hexadecimal digits, of random bytes. nginx asks OpenSSL for each of them, which
-- is a tenth of what it does for a request; here the kernel is asked for those of many requests at once.
local ffi = require "ffi"
local tohex = require("bit").tohex

local MANY = 256
local BYTES = MANY * 16
local words = ffi.new("uint32_t[?]", MANY * 4)
-- Nothing is read before nginx has started its workers: no two of them have the same bytes.
local used = MANY

local request_id = {}

local function refill()
    local file = io.open("/dev/urandom", "rb")
    local bytes = file and file:read(BYTES)
    if file then file:close() end
    if not bytes or #bytes < BYTES then return false end
    ffi.copy(words, bytes, BYTES)
    used = 0
    return true
end

-- "" where there are no random bytes.
function request_id.next()
    if used == MANY and not refill() then return "" end
    local at = used * 4
    used = used + 1
    return tohex(words[at]) .. tohex(words[at + 1]) .. tohex(words[at + 2]) .. tohex(words[at + 3])
end

return request_id
