-- The language server in Neovim, without a window: a hover, a finding, an edit that mends what was found, text that is
-- formatted, a name that is changed in all files, a key of the manifest. From Neovim 0.11 on it is set up as the README says.
--
--     PATH=…:$PATH CI_README=…/README.md nvim --headless -u NONE -c 'luafile neovim.lua' src/orders.ci

local function say(...)
    io.stdout:write(string.format(...) .. "\n")
end

local function wait(what, check)
    assert(vim.wait(30000, check, 50), what .. ": not within 30 s")
end

local ok, problem = pcall(function()
    local buffer = vim.api.nvim_get_current_buf()
    local id
    if vim.lsp.config then
        local readme = assert(io.open(os.getenv("CI_README"))):read("*a")
        assert(load(readme:match("```lua\n(.-)```")))()
        vim.cmd("filetype on | edit")
        wait("a client", function() return vim.lsp.get_clients({ bufnr = buffer })[1] end)
        id = vim.lsp.get_clients({ bufnr = buffer })[1].id
    else
        local command = { "cleaninfra", "language-server" }
        id = assert(vim.lsp.start_client({ name = "cleaninfra", cmd = command, root_dir = vim.fn.getcwd() }))
        vim.bo[buffer].filetype = "ci"
        assert(vim.lsp.buf_attach_client(buffer, id))
    end
    wait("a server", function()
        local client = vim.lsp.get_client_by_id(id)
        return client and client.initialized
    end)

    local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
    local line, column
    for index, text in ipairs(lines) do
        local at = text:find("Queue {", 1, true)
        if at then
            line, column = index - 1, at - 1
            break
        end
    end
    local document = vim.lsp.util.make_text_document_params(buffer)
    local position = { line = line, character = column }
    local answer = vim.lsp.buf_request_sync(buffer, "textDocument/hover", { textDocument = document, position = position }, 30000)
    local hover = answer and answer[id] and answer[id].result
    assert(hover, "no hover")
    say("hover: %s", vim.inspect(hover.contents):gsub("%s+", " "):sub(1, 100))

    -- A member of nothing, at the end of the file.
    vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { "const WRONG: Int = missing;" })
    local function finding()
        for _, found in ipairs(vim.diagnostic.get(buffer)) do
            if found.message:find("missing", 1, true) then return found end
        end
    end
    wait("a finding", finding)
    local found = finding()
    say("finding: %d:%d %s", found.lnum + 1, found.col + 1, found.message:gsub("\n.*", ""))
    vim.api.nvim_buf_set_lines(buffer, -2, -1, false, {})
    wait("no finding", function() return not finding() end)
    say("mended")

    if vim.lsp.buf.format then
        vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { "const   TIDY :Int=1 ;" })
        vim.lsp.buf.format({ async = false, timeout_ms = 30000 })
        local tidy = vim.api.nvim_buf_get_lines(buffer, -2, -1, false)[1]
        assert(tidy == "const TIDY: Int = 1;", "not formatted: " .. tidy)
        say("formatted")
    end

    -- Of what the name of the queue is used for, one use is in another file.
    local place = lines[line + 1]:find("shipments", 1, true)
    vim.api.nvim_win_set_cursor(0, { line + 1, place - 1 })
    vim.lsp.buf.rename("parcels")
    local function uses(of)
        local _, count = table.concat(vim.api.nvim_buf_get_lines(of, 0, -1, false), "\n"):gsub("parcels%f[^%w_]", "")
        return count
    end
    local function other()
        local found = vim.fn.bufnr("src/main.ci")
        return found ~= -1 and vim.api.nvim_buf_is_loaded(found) and uses(found) > 0
    end
    wait("a new name in both files", function() return uses(buffer) > 1 and other() end)
    say("renamed: %d here", uses(buffer))

    if vim.lsp.config then
        vim.cmd("edit ci.toml")
        local manifest = vim.api.nvim_get_current_buf()
        wait("a client of the manifest", function() return vim.lsp.get_clients({ bufnr = manifest })[1] end)
        local place = { textDocument = vim.lsp.util.make_text_document_params(manifest), position = { line = 1, character = 1 } }
        local told = vim.lsp.buf_request_sync(manifest, "textDocument/hover", place, 30000)
        local text = assert(told and told[id] and told[id].result, "no hover of the manifest").contents.value
        say("manifest, a file of %s: %s", vim.bo[manifest].filetype, text:gsub("\n.*", ""))
    end
end)
if not ok then
    say("FAILED: %s", tostring(problem))
    vim.cmd("cquit 1")
end
vim.cmd("qall!")
