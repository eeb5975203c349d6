//! Only what is a message of the protocol goes on to whoever reads messages: one that is none would end the conversation.

use serde_json::Value;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};

use crate::outgoing::log;

/// The longest message that is read, in bytes.
const LONGEST: usize = 256 << 20;

/// Hands messages on until there are no more. What is none is told in the log.
pub(crate) async fn sift(input: impl AsyncRead + Unpin, mut output: impl AsyncWrite + Unpin) {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    let mut length = None;
    loop {
        line.clear();
        match input.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !text.is_empty() {
            let field = text.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            length = field.and_then(|(_, value)| value.trim().parse().ok()).or(length);
            continue;
        }
        // An empty line ends the head. Without a length there is nothing to read.
        let Some(length) = length.take() else { continue };
        if length > LONGEST {
            log(&format!("a message of {length} bytes is too long"));
            return;
        }
        let mut body = vec![0; length];
        if input.read_exact(&mut body).await.is_err() {
            return;
        }
        if !is_message(&body) {
            log("what the editor sent is no message");
            continue;
        }
        let head = format!("Content-Length: {length}\r\n\r\n");
        let sent = async {
            output.write_all(head.as_bytes()).await?;
            output.write_all(&body).await?;
            output.flush().await
        };
        if sent.await.is_err() {
            return;
        }
    }
}

/// Whether a text is a request, a notification or an answer.
fn is_message(body: &[u8]) -> bool {
    let Ok(Value::Object(message)) = serde_json::from_slice::<Value>(body) else { return false };
    let has_id = message.get("id").is_some_and(|id| id.is_number() || id.is_string() || id.is_null());
    let is_answer = has_id && (message.contains_key("result") || message.contains_key("error"));
    let is_request = message.get("method").is_some_and(Value::is_string)
        && message.get("params").is_none_or(|params| !params.is_string() && !params.is_number());
    message.get("jsonrpc").is_some_and(|version| version == "2.0") && (is_answer || is_request)
}
