-- A name for each request, like nginx's own $request_id: 32 hexadecimal digits, of random bytes. nginx asks OpenSSL for each of them, which
-- is a tenth of what it does for a request; here the kernel is asked for those of many requests at once, and all are written as digits at
-- once, so that a request makes one string and no more: each is something that Lua has to look for, keep and collect.
local ffi = require "ffi"

local MANY = 256
local BYTES = MANY * 16
local DIGITS = 32
-- Both digits of a byte are one number of two bytes.
local digits_of = ffi.new("uint16_t[256]")
for byte = 0, 255 do ffi.copy(digits_of + byte, ("%02x"):format(byte), 2) end
local random = ffi.new("uint8_t[?]", BYTES)
local names = ffi.new("uint16_t[?]", BYTES)
-- Nothing is read before nginx has started its workers: no two of them have the same bytes.
local used = MANY

local request_id = {}

local function refill()
    local file = io.open("/dev/urandom", "rb")
    local bytes = file and file:read(BYTES)
    if file then file:close() end
    if not bytes or #bytes < BYTES then return false end
    ffi.copy(random, bytes, BYTES)
    for at = 0, BYTES - 1 do names[at] = digits_of[random[at]] end
    used = 0
    return true
end

-- "" where there are no random bytes.
function request_id.next()
    if used == MANY and not refill() then return "" end
    local at = used * 16
    used = used + 1
    -- Not a tail call to a function of LuaJIT's own, here and where each request runs through: a trace cannot begin with that.
    local name = ffi.string(names + at, DIGITS)
    return name
end

return request_id
