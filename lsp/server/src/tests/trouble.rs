//! What must not stop a server: mistakes of its own, messages that make no sense, editors that do not answer.

use serde_json::{Value, json};

use super::client::{MAIN, at, with_program};

const PROGRAM: &str = "service S { let q = aws::sqs::Queue {}; }\n";

#[test]
fn a_crash_of_a_worker_is_an_answer() {
    with_program(PROGRAM, |mut client| async move {
        client.start().await;
        client.open(MAIN, PROGRAM).await;
        for _ in 0..20 {
            let error = client.refused("test/crash", json!({ "uri": MAIN })).await;
            assert_eq!(error["code"], -32603);
        }
        client.replace(MAIN, 2, "const A: Int = \"a\";\n").await;
        assert_eq!(client.findings(MAIN, Some(2)).await, ["E0201"]);
        client.stop().await;
    });
}

#[test]
fn messages_without_sense_are_survived() {
    with_program(PROGRAM, |mut client| async move {
        client.start().await;
        client.raw(b"Content-Length: 5\r\n\r\nhello").await;
        client.raw(b"Content-Length: 2\r\n\r\n{}").await;
        client.notify("textDocument/didChange", json!({ "textDocument": 5 })).await;
        client
            .notify(
                "textDocument/didChange",
                json!({
                    "textDocument": { "uri": "file:///p/src/closed.ci", "version": 2 },
                    "contentChanges": [{ "text": "a" }],
                }),
            )
            .await;
        client
            .notify("textDocument/didClose", json!({ "textDocument": { "uri": "file:///never/opened.ci" } }))
            .await;
        client.notify("no/such/notification", Value::Null).await;
        assert_eq!(client.refused("no/such/request", Value::Null).await["code"], -32601);
        assert_eq!(client.refused("textDocument/hover", json!({ "a": 1 })).await["code"], -32602);
        client.open(MAIN, PROGRAM).await;
        client.notify("textDocument/didChange", json!({
            "textDocument": { "uri": MAIN, "version": 2 },
            "contentChanges": [{
                "range": { "start": { "line": 900, "character": 900 }, "end": { "line": 0, "character": 0 } },
                "text": "// end\n",
            }],
        }))
        .await;
        assert_eq!(client.findings(MAIN, Some(2)).await, [""; 0]);
        client.stop().await;
    });
}

#[test]
fn an_editor_that_never_answers_is_served_all_the_same() {
    with_program(PROGRAM, |mut client| async move {
        client.answers = false;
        let abilities = json!({ "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "inlayHint": { "refreshSupport": true },
            "codeLens": { "refreshSupport": true },
        } });
        client.start_with(abilities).await;
        client.open(MAIN, PROGRAM).await;
        for round in 0..100 {
            client.system.put("/p/src/other.ci", format!("const A{round}: Int = 1;\n"));
            let change = json!({ "changes": [{ "uri": "file:///p/src/other.ci", "type": 2 }] });
            client.notify("workspace/didChangeWatchedFiles", change).await;
            assert_ne!(client.request("textDocument/hover", at(MAIN, 0, 31)).await, Value::Null);
        }
        client.replace(MAIN, 2, "const A: Int = \"a\";\n").await;
        assert_eq!(client.findings(MAIN, Some(2)).await, ["E0201"]);
        client.stop().await;
    });
}

#[test]
fn after_the_shutdown_nothing_is_taken_over() {
    with_program(PROGRAM, |mut client| async move {
        client.start().await;
        client.open(MAIN, PROGRAM).await;
        assert_eq!(client.findings(MAIN, Some(1)).await, [""; 0]);
        client.request("shutdown", Value::Null).await;
        client.replace(MAIN, 2, "const A: Int = \"a\";\n").await;
        let error = client.refused("textDocument/hover", at(MAIN, 0, 6)).await;
        assert_eq!(error["code"], -32600);
        client.notify("exit", Value::Null).await;
    });
}

#[test]
fn a_server_can_be_started_again_over_the_same_disk() {
    for _ in 0..3 {
        with_program(PROGRAM, |mut client| async move {
            client.start().await;
            client.open(MAIN, PROGRAM).await;
            assert_eq!(client.findings(MAIN, Some(1)).await, [""; 0]);
            client.stop().await;
        });
    }
}
