-- The sites of guests: each has programs and memory of its own, made by each worker when it is first asked for the site.
local sites = {}
local known = {}
local programs, folder

local names = { "waiting", "under_way", "request_id", "health", "proxy", "traffic", "pages" }
local memories = { "deis_state", "deis_in_flight", "deis_failed", "deis_health", "deis_traffic" }

-- @param all name -> function that makes the program. @param where folder of guests' lists of backends
function sites.begin(all, where)
    programs, folder = all, where
end

-- What the programs of a site see as ngx: the real one, with the site's own memory. nil where nginx has no such site.
local function view_of(id)
    local shared = {}
    for _, name in ipairs(memories) do
        shared[name] = ngx.shared[name .. "." .. id]
        if not shared[name] then return nil end
    end
    return setmetatable({ shared = shared }, { __index = ngx, __newindex = ngx })
end

local function make(id)
    local view = view_of(id)
    if not view then return nil end
    local site = {}
    local function own(name)
        local short = name:match("^deis%.([%l_]+)$")
        return short and site[short] or require(name)
    end
    local world = setmetatable({ ngx = view, require = own }, { __index = _G })
    for _, name in ipairs(names) do site[name] = setfenv(programs[name], world)() end
    site.proxy.restore(folder .. "/" .. id .. "/backends")
    site.proxy.start()
    return site
end

-- The programs of a guest's site; nil where nginx has none of the name.
function sites.of(id)
    if not known[id] then known[id] = make(id) end
    return known[id]
end

-- What counts a guest's requests: nobody's site is made for its counts alone.
local counters = {}

local function counter_of(id)
    if known[id] then return known[id].traffic end
    if not counters[id] then
        local view = view_of(id)
        if not view then return nil end
        counters[id] = setfenv(programs.traffic, setmetatable({ ngx = view }, { __index = _G }))()
    end
    return counters[id]
end

-- What the sites of all guests have counted: "guest NAME" before that of each, which is as the host's own.
function sites.traffic()
    require("deis.traffic").settle()
    for name in pairs(ngx.shared) do
        local id = name:match("^deis_traffic%.(.+)$")
        local counter = id and counter_of(id)
        if counter then
            ngx.say("guest ", id)
            counter.endpoint(true)
        end
    end
end

-- A page of the guest's own is read when it is first needed.
local read = {}
function sites.page(id, status, path)
    if read[path] then return end
    read[path] = true
    sites.of(id).pages.load(status, path)
end

-- As that of the host's own site, by the guest's name.
function sites.endpoint(id, asked)
    local site = sites.of(id)
    if not site then return ngx.exit(404) end
    if asked and asked ~= "" then return site.traffic.endpoint() end
    return site.proxy.endpoint(ngx.var["deis_version_" .. id:gsub("-", "_")])
end

return sites
