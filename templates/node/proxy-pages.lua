-- Pages of the app's own, which stand for errors. They are read when nginx starts or reloads, and answered from memory.
local pages = {}
local texts = {}

-- One that is not there is left to the proxy's own page.
function pages.load(status, path)
    local file = io.open(path, "r")
    if not file then return end
    texts[status] = file:read("*a")
    file:close()
end

-- Answers with the page, with the status that the request has; false where there is none.
function pages.answer(status)
    local text = texts[status]
    if not text then return false end
    ngx.header.content_length = #text
    ngx.print(text)
    return true
end

return pages
