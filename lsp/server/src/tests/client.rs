//! A small client: it sends messages, answers what a server asks, and waits for what it wants to see.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ci_project::MemorySystem;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, duplex, split};

use crate::{Options, serve};

/// How long a test waits for something that should come.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

pub(super) struct Client {
    reader: ReadHalf<DuplexStream>,
    writer: WriteHalf<DuplexStream>,
    buffer: Vec<u8>,
    next: i64,
    /// What has come and has not been looked at.
    pub seen: VecDeque<Value>,
    /// Whether what the server asks is answered.
    pub answers: bool,
    pub system: Arc<MemorySystem>,
    server: tokio::task::JoinHandle<()>,
}

/// Runs a conversation with a server on a disk with these files.
pub(super) fn talk<F: Future<Output = ()>>(files: &[(&str, &str)], conversation: impl FnOnce(Client) -> F) {
    talk_for(files, PATIENCE, conversation);
}

/// The same, however long it may take.
pub(super) fn talk_for<F: Future<Output = ()>>(
    files: &[(&str, &str)],
    patience: Duration,
    conversation: impl FnOnce(Client) -> F,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let system = Arc::new(MemorySystem::new(files.iter().copied()));
    runtime.block_on(async {
        let (near, far) = duplex(1 << 20);
        let (input, output) = split(far);
        let options = Options { system: system.clone(), library: Some("/cache/std".into()) };
        let server = tokio::spawn(serve(input, output, options));
        let (reader, writer) = split(near);
        let client = Client {
            reader,
            writer,
            buffer: Vec::new(),
            next: 0,
            seen: VecDeque::new(),
            answers: true,
            system,
            server,
        };
        tokio::time::timeout(patience, conversation(client)).await.unwrap();
    });
}

/// The usual project with one file, opened.
pub(super) fn with_program<F: Future<Output = ()>>(text: &str, conversation: impl FnOnce(Client) -> F) {
    talk(&[("/p/ci.toml", MANIFEST), ("/p/src/main.ci", text)], conversation);
}

pub(super) const MAIN: &str = "file:///p/src/main.ci";

impl Client {
    pub async fn raw(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).await.unwrap();
    }

    pub async fn send(&mut self, message: Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes()).await;
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request without waiting for its answer; its number.
    pub async fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(message).await;
        id
    }

    /// The next message; nothing at the end.
    pub async fn receive(&mut self) -> Option<Value> {
        loop {
            if let Some(message) = self.parsed() {
                return Some(message);
            }
            let read = self.reader.read_buf(&mut self.buffer).await.ok()?;
            if read == 0 {
                return None;
            }
        }
    }

    fn parsed(&mut self) -> Option<Value> {
        let head = self.buffer.windows(4).position(|window| window == b"\r\n\r\n")?;
        let text = std::str::from_utf8(&self.buffer[..head]).unwrap();
        let length = text.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        let end = head + 4 + length.parse::<usize>().unwrap();
        if self.buffer.len() < end {
            return None;
        }
        let message = serde_json::from_slice(&self.buffer[head + 4..end]).unwrap();
        self.buffer.drain(..end);
        Some(message)
    }

    /// The first message that is wanted. What the server asks is answered, the rest is kept.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.seen.iter().position(&wanted) {
            return self.seen.remove(at).unwrap();
        }
        loop {
            let Some(message) = self.receive().await else { panic!("the server has gone") };
            if self.answers && message.get("id").is_some() && message.get("method").is_some() {
                let answer = match message["method"].as_str() {
                    Some("workspace/configuration") => json!([null]),
                    _ => Value::Null,
                };
                let id = message["id"].clone();
                self.send(json!({ "jsonrpc": "2.0", "id": id, "result": answer })).await;
            }
            if wanted(&message) {
                return message;
            }
            self.seen.push_back(message);
        }
    }

    /// The answer to a request, with its `result` or `error`.
    pub async fn answer(&mut self, id: i64) -> Value {
        self.until(|message| message.get("method").is_none() && message["id"] == id).await
    }

    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        let answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The error of a request that is refused.
    pub async fn refused(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        let answer = self.answer(id).await;
        assert!(answer.get("error").is_some(), "{method}: {answer}");
        answer["error"].clone()
    }

    pub async fn start_with(&mut self, capabilities: Value) -> Value {
        let params = json!({
            "processId": null,
            "capabilities": capabilities,
            "workspaceFolders": [{ "uri": "file:///p", "name": "p" }],
        });
        let result = self.request("initialize", params).await;
        self.notify("initialized", json!({})).await;
        result
    }

    pub async fn start(&mut self) {
        self.start_with(json!({})).await;
    }

    pub async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "ci", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Replaces the whole text.
    pub async fn replace(&mut self, uri: &str, version: i32, text: &str) {
        let params = json!({
            "textDocument": { "uri": uri, "version": version },
            "contentChanges": [{ "text": text }],
        });
        self.notify("textDocument/didChange", params).await;
    }

    /// The findings of a document at a version, as codes.
    pub async fn findings(&mut self, uri: &str, version: Option<i32>) -> Vec<String> {
        let message = self.published(uri, version).await;
        let found = message["params"]["diagnostics"].as_array().unwrap();
        found.iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn published(&mut self, uri: &str, version: Option<i32>) -> Value {
        self.until(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && version.is_none_or(|version| message["params"]["version"] == version)
        })
        .await
    }

    /// Ends as editors do; the server ends too.
    pub async fn stop(mut self) {
        assert_eq!(self.request("shutdown", Value::Null).await, Value::Null);
        self.notify("exit", Value::Null).await;
        drop(self.writer);
        self.server.await.unwrap();
    }
}

/// `{ textDocument, position }`
pub(super) fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}
