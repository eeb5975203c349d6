"""The language server, as a client sees it that was written by others, with the abilities that real editors announce.

CI_SERVER is the compiler. `compiler/cli/tests/editors.rs` runs this.
"""

import asyncio
import os
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

MANIFEST = '[package]\nname = "shop"\nversion = "0.1.0"\n'

# The mistake, `DelaySecond`, is in line 5 (counted from 0).
PROGRAM = """\
use std::messaging::Queue;

service Orders {
    let queue = Queue {};
    let plain = aws::sqs::Queue {
        DelaySecond: 5,
    };
    output url: Url = queue.url;
    output arn: Arn = plain.Arn;
}
"""


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[os.environ["CI_SERVER"], "language-server"]),
)
async def editor(request, lsp_client: LanguageClient, tmp_path: Path):
    (tmp_path / "src").mkdir()
    (tmp_path / "ci.toml").write_text(MANIFEST)
    (tmp_path / "src" / "main.ci").write_text(PROGRAM)
    lsp_client.uri = (tmp_path / "src" / "main.ci").as_uri()
    registered = []

    # The client leaves this to whoever tests: an editor that says it can do this must.
    @lsp_client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def register(params: lsp.RegistrationParams):
        registered.extend(one.method for one in params.registrations)

    answer = await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities(request.param),
            root_uri=tmp_path.as_uri(),
            workspace_folders=[lsp.WorkspaceFolder(uri=tmp_path.as_uri(), name="shop")],
        )
    )
    assert answer.server_info.name == "cleaninfra"
    lsp_client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(
            lsp.TextDocumentItem(uri=lsp_client.uri, language_id="ci", version=1, text=PROGRAM)
        )
    )
    yield
    await lsp_client.shutdown_session()
    watching = client_capabilities(request.param).workspace.did_change_watched_files
    if watching and watching.dynamic_registration:
        assert registered == [lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES]


async def findings(editor: LanguageClient, wanted: list) -> list:
    """The findings, once their codes are these."""

    def known():
        return editor.diagnostics.get(editor.uri, [])

    async def arrive():
        while [found.code for found in known()] != wanted:
            await editor.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)

    await asyncio.wait_for(arrive(), timeout=20)
    return known()


def replace(editor: LanguageClient, version: int, text: str):
    editor.text_document_did_change(
        lsp.DidChangeTextDocumentParams(
            text_document=lsp.VersionedTextDocumentIdentifier(uri=editor.uri, version=version),
            content_changes=[lsp.TextDocumentContentChangeWholeDocument(text=text)],
        )
    )


def document(editor: LanguageClient) -> lsp.TextDocumentIdentifier:
    return lsp.TextDocumentIdentifier(uri=editor.uri)


def edits_of(edit: lsp.WorkspaceEdit) -> list:
    """The edits of an answer in either of its two forms."""
    if edit.document_changes:
        return [one for change in edit.document_changes for one in change.edits]
    return [one for changes in edit.changes.values() for one in changes]


def applied(text: str, edits: list) -> str:
    lines = text.splitlines(keepends=True)

    def offset(position):
        return sum(len(line) for line in lines[: position.line]) + position.character

    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.mark.asyncio
async def test_findings_come_and_a_quick_fix_mends_them(editor: LanguageClient):
    [found] = await findings(editor, ["E0105"])
    assert found.range.start == lsp.Position(5, 8)
    assert "DelaySecond" in found.message
    actions = await editor.text_document_code_action_async(
        lsp.CodeActionParams(
            text_document=document(editor),
            range=found.range,
            context=lsp.CodeActionContext(diagnostics=[found], only=[lsp.CodeActionKind.QuickFix]),
        )
    )
    fix = next(action for action in actions if action.is_preferred)
    mended = applied(PROGRAM, edits_of(fix.edit))
    assert "DelaySeconds: 5" in mended
    replace(editor, 2, mended)
    await findings(editor, [])


@pytest.mark.asyncio
async def test_what_is_there_is_completed_and_explained(editor: LanguageClient):
    await findings(editor, ["E0105"])
    hover = await editor.text_document_hover_async(
        lsp.HoverParams(text_document=document(editor), position=lsp.Position(3, 9))
    )
    assert "Queue" in str(hover.contents)
    answer = await editor.text_document_completion_async(
        lsp.CompletionParams(text_document=document(editor), position=lsp.Position(7, 28))
    )
    items = answer.items if isinstance(answer, lsp.CompletionList) else answer
    labels = [item.label for item in items]
    assert "url" in labels and "arn" in labels, labels
    definition = await editor.text_document_definition_async(
        lsp.DefinitionParams(text_document=document(editor), position=lsp.Position(7, 24))
    )
    place = definition[0] if isinstance(definition, list) else definition
    start = getattr(place, "range", None) or place.target_selection_range
    assert start.start == lsp.Position(3, 8)


@pytest.mark.asyncio
async def test_a_rename_changes_all_places(editor: LanguageClient):
    await findings(editor, ["E0105"])
    edit = await editor.text_document_rename_async(
        lsp.RenameParams(text_document=document(editor), position=lsp.Position(3, 9), new_name="jobs")
    )
    renamed = applied(PROGRAM, edits_of(edit))
    assert "let jobs = Queue {};" in renamed
    assert "output url: Url = jobs.url;" in renamed
    replace(editor, 2, renamed.replace("DelaySecond:", "DelaySeconds:"))
    await findings(editor, [])


@pytest.mark.asyncio
async def test_the_rest_has_an_answer(editor: LanguageClient):
    await findings(editor, ["E0105"])
    symbols = await editor.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(text_document=document(editor))
    )
    assert symbols[0].name == "Orders"
    folds = await editor.text_document_folding_range_async(
        lsp.FoldingRangeParams(text_document=document(editor))
    )
    assert folds
    tokens = await editor.text_document_semantic_tokens_full_async(
        lsp.SemanticTokensParams(text_document=document(editor))
    )
    assert len(tokens.data) % 5 == 0 and tokens.data
    picture = await editor.protocol.send_request_async(
        "cleaninfra/diagram", {"textDocument": {"uri": editor.uri}, "level": "units"}
    )
    assert "data-id" in str(picture)
