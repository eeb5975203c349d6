//! What is said to the editor without having been asked. The main loop never waits for an editor: it hands over what is to
//! be said, and a task says it.

use std::io::Write as _;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{ConfigurationItem, MessageType, PublishDiagnosticsParams};

use crate::abilities::watchers;
use crate::main_loop::{Event, Events};

/// Something to say.
#[derive(Debug)]
pub(crate) enum Message {
    Publish(PublishDiagnosticsParams),
    Show(String),
    Watch,
    RefreshHints,
    RefreshLenses,
    AskSettings,
}

/// Where to put what is to be said.
#[derive(Clone)]
pub(crate) struct Outgoing(UnboundedSender<Message>);

impl Outgoing {
    pub fn say(&self, message: Message) {
        // Whoever would hear it has gone.
        let _ = self.0.send(message);
    }
}

/// A queue of things to say, and its other end.
pub(crate) fn outgoing() -> (Outgoing, UnboundedReceiver<Message>) {
    let (send, receive) = unbounded_channel();
    (Outgoing(send), receive)
}

/// Says what comes in. Where an editor should answer, another task waits for that: it may never come.
pub(crate) async fn speak(client: Client, mut messages: UnboundedReceiver<Message>, events: Events) {
    while let Some(message) = messages.recv().await {
        match message {
            Message::Publish(PublishDiagnosticsParams { uri, diagnostics, version }) => {
                client.publish_diagnostics(uri, diagnostics, version).await;
            }
            Message::Show(text) => client.show_message(MessageType::WARNING, text).await,
            question => {
                tokio::spawn(ask(client.clone(), question, events.clone()));
            }
        }
    }
}

async fn ask(client: Client, question: Message, events: Events) {
    let outcome = match question {
        Message::Watch => client.register_capability(vec![watchers()]).await,
        Message::RefreshHints => client.inlay_hint_refresh().await,
        Message::RefreshLenses => client.code_lens_refresh().await,
        Message::AskSettings => {
            let item = ConfigurationItem { scope_uri: None, section: Some("cleaninfra".to_owned()) };
            client.configuration(vec![item]).await.map(|found| {
                events.send(Event::Settings(found.into_iter().next().unwrap_or(Value::Null)));
            })
        }
        Message::Publish(_) | Message::Show(_) => Ok(()),
    };
    if let Err(error) = outcome {
        log(&format!("the editor refused: {error}"));
    }
}

/// Says something to whoever reads the log. Standard output belongs to the protocol.
pub(crate) fn log(text: &str) {
    // Where standard error is closed nobody reads it.
    let _ = writeln!(std::io::stderr(), "cleaninfra language-server: {text}");
}
