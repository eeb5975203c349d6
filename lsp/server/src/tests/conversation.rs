//! What an editor asks from its start to its end.

use serde_json::{Value, json};

use super::client::{MAIN, at, talk, with_program};

const PROGRAM: &str = "\
use std::messaging::Queue;
service Orders {
    let jobs = Queue {};
    output url: Url = jobs.url;
}
test \"it is\" { assert true; }
";

#[test]
fn everything_that_is_offered_answers() {
    with_program(PROGRAM, |mut client| async move {
        let offered =
            client.start_with(json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } })).await;
        assert_eq!(offered["capabilities"]["positionEncoding"], "utf-8");
        assert_eq!(offered["serverInfo"]["name"], "cleaninfra");
        assert_eq!(offered["capabilities"]["experimental"]["library"], "file:///cache/std");
        client.open(MAIN, PROGRAM).await;
        let hover = client.request("textDocument/hover", at(MAIN, 2, 9)).await;
        assert!(hover["contents"]["value"].as_str().unwrap().contains("let jobs: Queue"), "{hover}");
        let definition = client.request("textDocument/definition", at(MAIN, 2, 16)).await;
        assert_eq!(definition[0]["uri"], "file:///cache/std/messaging.ci");
        assert!(client.system.text("/cache/std/messaging.ci").is_some());
        let definition = client.request("textDocument/typeDefinition", at(MAIN, 3, 23)).await;
        assert_eq!(definition[0]["uri"], "file:///cache/std/messaging.ci");
        let references = json!({ "context": { "includeDeclaration": true } });
        let merged = merge(at(MAIN, 2, 9), references);
        assert_eq!(client.request("textDocument/references", merged).await.as_array().unwrap().len(), 2);
        assert_eq!(client.request("textDocument/documentHighlight", at(MAIN, 2, 9)).await[0]["kind"], 3);
        let document = json!({ "textDocument": { "uri": MAIN } });
        let symbols = client.request("textDocument/documentSymbol", document.clone()).await;
        assert_eq!(symbols[0]["name"], "Orders");
        let symbols = client.request("workspace/symbol", json!({ "query": "jobs" })).await;
        assert_eq!(symbols[0]["containerName"], "Orders");
        let completion = client.request("textDocument/completion", at(MAIN, 3, 27)).await;
        let labels: Vec<&str> = completion["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|item| item["label"].as_str())
            .collect();
        assert!(labels.contains(&"url") && labels.contains(&"send"), "{labels:?}");
        let folds = client.request("textDocument/foldingRange", document.clone()).await;
        assert_eq!(folds[0]["startLine"], 1);
        let links = client.request("textDocument/documentLink", document.clone()).await;
        assert_eq!(links[0]["target"], "file:///cache/std/messaging.ci");
        let tokens = client.request("textDocument/semanticTokens/full", document.clone()).await;
        assert_eq!(tokens["data"].as_array().unwrap().len() % 5, 0);
        let lenses = client.request("textDocument/codeLens", document.clone()).await;
        assert!(lenses.as_array().unwrap().iter().any(|lens| lens["command"]["title"] == "run test"));
        let positions =
            json!({ "textDocument": { "uri": MAIN }, "positions": [{ "line": 2, "character": 9 }] });
        let selection = client.request("textDocument/selectionRange", positions).await;
        assert_eq!(selection[0]["range"]["start"], json!({ "line": 2, "character": 8 }));
        let item = client.request("textDocument/prepareCallHierarchy", at(MAIN, 1, 9)).await;
        let outgoing = client.request("callHierarchy/outgoingCalls", json!({ "item": item[0] })).await;
        assert_eq!(outgoing[0]["to"]["name"], "Queue");
        let hints = client.request(
            "textDocument/inlayHint",
            json!({
                "textDocument": { "uri": MAIN },
                "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } },
            }),
        );
        assert_eq!(hints.await, json!([]));
        client.stop().await;
    });
}

fn merge(mut a: Value, b: Value) -> Value {
    for (key, value) in b.as_object().unwrap() {
        a[key] = value.clone();
    }
    a
}

#[test]
fn commands_answer_and_say_the_gist() {
    with_program(PROGRAM, |mut client| async move {
        client.start().await;
        client.open(MAIN, PROGRAM).await;
        let template = client.request("cleaninfra/showTemplate", at(MAIN, 2, 9)).await;
        assert_eq!(template["service"], "Orders");
        assert_eq!(template["stacks"][0]["stack"], "orders");
        // Nothing that the queue becomes was written here, and it is shown all the same: the queue, not its dead letters.
        assert_eq!(template["stacks"][0]["pointer"], "/Resources/JobsQueue");
        let map = template["stacks"][0]["map"].as_array().unwrap();
        assert!(map.iter().any(|entry| entry["uri"] == "file:///cache/std/messaging.ci"), "{map:?}");
        let report = client.request("cleaninfra/accessReport", at(MAIN, 2, 9)).await;
        assert_eq!(report["title"], "Who can reach `Orders.jobs`");
        let test = json!({ "textDocument": { "uri": MAIN }, "name": "it is" });
        let arguments = json!({ "command": "cleaninfra.runTest", "arguments": [test] });
        assert_eq!(client.request("workspace/executeCommand", arguments).await["passed"], true);
        let said = client.until(|message| message["method"] == "window/showMessage").await;
        assert_eq!(said["params"]["message"], "passed: it is");
        let text = json!({ "text": "Type: AWS::SQS::Queue" });
        assert_eq!(client.request("cleaninfra/pasteAsCi", text).await["text"], "aws::sqs::Queue {}");
        let refused =
            client.refused("workspace/executeCommand", json!({ "command": "cleaninfra.fly" })).await;
        assert_eq!(refused["message"], "there is no command `cleaninfra.fly`");
        client.stop().await;
    });
}

#[test]
fn a_template_knows_where_the_cursor_is() {
    let program =
        "service Orders {\n    let queue = aws::sqs::Queue {\n        DelaySeconds: 5,\n    };\n}\n";
    with_program(program, |mut client| async move {
        client.start().await;
        client.open(MAIN, program).await;
        let template = client.request("cleaninfra/showTemplate", at(MAIN, 2, 23)).await;
        assert_eq!(template["stacks"][0]["pointer"], "/Resources/Queue/Properties/DelaySeconds");
        client.stop().await;
    });
}

#[test]
fn the_library_can_be_read_like_any_file() {
    with_program(PROGRAM, |mut client| async move {
        client.start().await;
        client.open(MAIN, PROGRAM).await;
        client.request("textDocument/hover", at(MAIN, 2, 9)).await;
        let uri = "file:///cache/std/messaging.ci";
        let text = client.system.text("/cache/std/messaging.ci").unwrap();
        client.open(uri, &text).await;
        let document = json!({ "textDocument": { "uri": uri } });
        let symbols = client.request("textDocument/documentSymbol", document).await;
        assert!(symbols.as_array().unwrap().iter().any(|symbol| symbol["name"] == "Queue"));
        client.stop().await;
    });
}

#[test]
fn a_request_about_nothing_is_refused() {
    talk(&[], |mut client| async move {
        client.start().await;
        let error = client.refused("textDocument/hover", at("file:///nowhere/a.ci", 0, 0)).await;
        assert_eq!(error["message"], "this document is in no project");
        assert_eq!(client.request("workspace/symbol", json!({ "query": "" })).await, Value::Null);
        client.stop().await;
    });
}
