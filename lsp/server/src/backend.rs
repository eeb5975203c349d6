//! The messages of the protocol, each handed on to the main loop before anything is waited for: handlers run side by side,
//! and what one says must not overtake what another said before.

use std::future::Future;
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionParams, CompletionResponse,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentFormattingParams, DocumentHighlight, DocumentHighlightParams,
    DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams,
    DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams, FoldingRange, FoldingRangeParams,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult,
    InitializedParams, InlayHint, InlayHintParams, LSPAny, Location, PrepareRenameResponse, ReferenceParams,
    RenameParams, SelectionRange, SelectionRangeParams, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, ServerCapabilities, ServerInfo, SignatureHelp,
    SignatureHelpParams, TextDocumentItem, TextDocumentPositionParams, TextEdit, Uri,
    VersionedTextDocumentIdentifier, WorkspaceEdit, WorkspaceFolder, WorkspaceSymbolParams,
    WorkspaceSymbolResponse, request,
};
use tower_lsp_server::{Client, LanguageServer};

use crate::abilities::Abilities;

use crate::Options;
use crate::commands::{
    self, DiagramParams, DiagramResult, PasteParams, Pictures, ReportParams, TemplateParams, TestParams, Told,
};
use crate::features;
use crate::job::{Overtaken, Subject, question};
use crate::main_loop::{Event, Events, start};
use crate::outgoing::{Message, Outgoing, outgoing, speak};
use crate::paths::{path_of, uri_of};
use crate::view::View;

/// One end of the conversation with an editor.
pub(crate) struct Backend {
    events: Events,
    abilities: Mutex<Abilities>,
    outgoing: Outgoing,
    /// The diagrams that were sent last.
    pictures: Arc<Pictures>,
    /// Where the standard library can be read.
    library: Option<Uri>,
}

impl Backend {
    pub fn new(client: Client, options: Options) -> Self {
        let (outgoing, messages) = outgoing();
        let library = options.library.as_deref().and_then(uri_of);
        let events = start(options, outgoing.clone());
        tokio::spawn(speak(client, messages, events.clone()));
        Self { events, abilities: Mutex::default(), outgoing, pictures: Arc::default(), library }
    }

    /// Hands a question to the main loop. The answer is waited for by whoever awaits the result.
    fn ask<T, F>(
        &self,
        subject: Subject,
        overtaken: Overtaken,
        work: F,
    ) -> impl Future<Output = Result<T>> + use<T, F>
    where
        T: Send + 'static,
        F: Fn(&View) -> Result<T> + Send + 'static,
    {
        let (job, answer) = question(subject, overtaken, work);
        self.events.send(Event::Ask(job));
        answer.wait()
    }

    /// Asks about a document as a whole.
    fn of_document<T, F>(&self, uri: &Uri, work: F) -> impl Future<Output = Result<Option<T>>> + use<T, F>
    where
        T: Send + 'static,
        F: Fn(&View) -> Option<T> + Send + 'static,
    {
        self.ask(Subject::Document(uri.clone()), Overtaken::AskAgain, or_nothing(work))
    }

    /// Asks about a position, which means nothing after a change.
    fn at_position<T, F>(&self, uri: &Uri, work: F) -> impl Future<Output = Result<Option<T>>> + use<T, F>
    where
        T: Send + 'static,
        F: Fn(&View) -> Option<T> + Send + 'static,
    {
        self.ask(Subject::Document(uri.clone()), Overtaken::GiveUp, or_nothing(work))
    }
}

/// The commands of this server as requests.
impl Backend {
    pub async fn show_template(&self, params: TemplateParams) -> Result<Value> {
        let uri = params.text_document.uri.clone();
        told(self.at_position(&uri, move |view| commands::show_template(view, &params)).await, None)
    }

    pub async fn access_report(&self, params: ReportParams) -> Result<Value> {
        let uri = params.text_document.uri.clone();
        told(self.at_position(&uri, move |view| Some(commands::access_report(view, &params))).await, None)
    }

    pub async fn run_test(&self, params: TestParams) -> Result<Value> {
        let uri = params.text_document.uri.clone();
        told(self.of_document(&uri, move |view| commands::run_test(view, &params)).await, None)
    }

    pub async fn diagram(&self, params: DiagramParams) -> Result<Value> {
        told(self.drawn(params).await, None)
    }

    fn drawn(&self, params: DiagramParams) -> impl Future<Output = Result<Option<DiagramResult>>> + use<> {
        let (uri, pictures) = (params.text_document.uri.clone(), Arc::clone(&self.pictures));
        self.of_document(&uri, move |view| Some(commands::diagram(view, &pictures, &params)))
    }

    pub fn paste(&self, params: PasteParams) -> impl Future<Output = Result<Value>> + Send + use<> {
        std::future::ready(told(Ok(Some(commands::paste(&params))), None))
    }

    /// Makes a worker crash.
    #[cfg(test)]
    pub async fn crash(
        &self,
        params: tower_lsp_server::ls_types::TextDocumentIdentifier,
    ) -> Result<Option<()>> {
        #[expect(clippy::panic, reason = "what the test is about")]
        self.at_position(&params.uri, |_| panic!("a mistake")).await
    }
}

/// A result as JSON. To `say`, its gist.
fn told<T: Told>(result: Result<Option<T>>, say: Option<&Outgoing>) -> Result<Value> {
    let result = result?;
    if let (Some(outgoing), Some(result)) = (say, &result) {
        outgoing.say(Message::Show(result.gist()));
    }
    serde_json::to_value(result).map_err(|error| Error::invalid_params(error.to_string()))
}

/// The only argument of a command.
fn argument<T: DeserializeOwned>(arguments: Vec<Value>) -> Result<T> {
    let first = arguments.into_iter().next().unwrap_or(Value::Null);
    serde_json::from_value(first).map_err(|error| Error::invalid_params(error.to_string()))
}

fn or_nothing<T, F>(work: F) -> impl Fn(&View) -> Result<Option<T>> + Send + use<T, F>
where
    F: Fn(&View) -> Option<T> + Send,
{
    move |view| Ok(work(view))
}

fn folder_paths(folders: &[WorkspaceFolder]) -> Vec<Utf8PathBuf> {
    folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Abilities::of(&params.capabilities);
        let mut folders = folder_paths(params.workspace_folders.as_deref().unwrap_or_default());
        #[expect(deprecated, reason = "what editors without workspace folders send")]
        if params.workspace_folders.is_none() {
            folders.extend(params.root_uri.as_ref().and_then(path_of));
        }
        if let Ok(mut known) = self.abilities.lock() {
            *known = abilities;
        }
        let settings = params.initialization_options;
        self.events.send(Event::Start { abilities, folders, settings });
        Ok(InitializeResult {
            capabilities: ServerCapabilities {
                experimental: self.library.as_ref().map(|library| json!({ "library": library })),
                ..abilities.server()
            },
            server_info: Some(ServerInfo {
                name: "cleaninfra".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.events.send(Event::Ready);
    }

    async fn shutdown(&self) -> Result<()> {
        self.events.send(Event::Shutdown);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let TextDocumentItem { uri, version, text, .. } = params.text_document;
        self.events.send(Event::Open { uri, version, text });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        self.events.send(Event::Change { uri, version, changes: params.content_changes });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.events.send(Event::Close { uri: params.text_document.uri });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.events.send(Event::Save { uri: params.text_document.uri });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|change| path_of(&change.uri)).collect();
        self.events.send(Event::Disk { paths });
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let (added, removed) = (folder_paths(&params.event.added), folder_paths(&params.event.removed));
        self.events.send(Event::Folders { added, removed });
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.events.send(Event::Settings(params.settings));
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.at_position(&text_document.uri, move |view| features::navigate::hover(view, position)).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.at_position(&text_document.uri, move |view| features::navigate::definition(view, position)).await
    }

    async fn goto_type_definition(
        &self,
        params: request::GotoTypeDefinitionParams,
    ) -> Result<Option<request::GotoTypeDefinitionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.at_position(&text_document.uri, move |view| features::navigate::type_definition(view, position))
            .await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let all = params.context.include_declaration;
        self.at_position(&text_document.uri, move |view| features::navigate::references(view, position, all))
            .await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.at_position(&text_document.uri, move |view| features::navigate::highlights(view, position)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.of_document(&params.text_document.uri, features::navigate::document_links).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.of_document(&params.text_document.uri, features::outline::symbols).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let query = params.query;
        let work = move |view: &View| Some(features::outline::workspace(view, &query));
        // Without any project there is nothing that could be found.
        Ok(self.ask(Subject::Everything, Overtaken::AskAgain, or_nothing(work)).await.unwrap_or_default())
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.of_document(&params.text_document.uri, features::outline::folding).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        self.at_position(&params.text_document.uri, move |view| {
            features::outline::selections(view, &positions)
        })
        .await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        self.of_document(&params.text_document.uri, |view| {
            features::tokens::tokens(view, None).map(SemanticTokensResult::Tokens)
        })
        .await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let range = params.range;
        self.at_position(&params.text_document.uri, move |view| {
            features::tokens::tokens(view, Some(range)).map(SemanticTokensRangeResult::Tokens)
        })
        .await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.at_position(&params.text_document.uri, features::edits::format).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let range = params.range;
        self.at_position(&params.text_document.uri, move |view| features::edits::format_range(view, range))
            .await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        self.at_position(&text_document.uri, move |view| features::edits::format_on_type(view, position))
            .await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let TextDocumentPositionParams { text_document, position } = params;
        let work = move |view: &View| features::edits::prepare_rename(view, position);
        self.ask(Subject::Document(text_document.uri), Overtaken::GiveUp, work).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let new = params.new_name;
        let work = move |view: &View| features::edits::rename(view, position, &new);
        self.ask(Subject::Document(text_document.uri), Overtaken::GiveUp, work).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.at_position(&text_document.uri, move |view| features::hierarchy::prepare(view, position)).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let item = params.item;
        let uri = item.uri.clone();
        self.at_position(&uri, move |view| features::hierarchy::incoming(view, &item)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let item = params.item;
        let uri = item.uri.clone();
        self.at_position(&uri, move |view| features::hierarchy::outgoing(view, &item)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        self.at_position(&text_document.uri, move |view| features::complete::completion(view, position)).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.at_position(&text_document.uri, move |view| features::complete::signature(view, position)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let (range, only) = (params.range, params.context.only);
        self.at_position(&params.text_document.uri, move |view| {
            features::code::code_actions(view, range, only.as_deref())
        })
        .await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.of_document(&params.text_document.uri, features::code::code_lenses).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let range = params.range;
        self.at_position(&params.text_document.uri, move |view| features::code::inlay_hints(view, range))
            .await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let say = Some(&self.outgoing);
        let result = match &*params.command {
            commands::SHOW_TEMPLATE => {
                let params: TemplateParams = argument(params.arguments)?;
                let uri = params.text_document.uri.clone();
                told(self.at_position(&uri, move |view| commands::show_template(view, &params)).await, say)
            }
            commands::ACCESS_REPORT => {
                let params: ReportParams = argument(params.arguments)?;
                let uri = params.text_document.uri.clone();
                told(
                    self.at_position(&uri, move |view| Some(commands::access_report(view, &params))).await,
                    say,
                )
            }
            commands::RUN_TEST => {
                let params: TestParams = argument(params.arguments)?;
                let uri = params.text_document.uri.clone();
                told(self.of_document(&uri, move |view| commands::run_test(view, &params)).await, say)
            }
            commands::DIAGRAM => told(self.drawn(argument(params.arguments)?).await, say),
            commands::PASTE => told(Ok(Some(commands::paste(&argument(params.arguments)?))), say),
            other => Err(Error::invalid_params(format!("there is no command `{other}`"))),
        };
        result.map(Some)
    }
}
