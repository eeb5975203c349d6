//! Changes in their order, cancelled requests, and answers that are never about an older text.

use serde_json::json;

use super::client::{MAIN, at, with_program};

/// A document that is one line of letters, which each change makes longer at its end or shorter.
#[test]
fn twenty_thousand_changes_arrive_in_order() {
    const CHANGES: usize = 20_000;
    with_program("//\n", |mut client| async move {
        client.start().await;
        client.open(MAIN, "//\n").await;
        let mut expected = String::from("//");
        for change in 0..CHANGES {
            let line = json!({ "line": 0, "character": expected.encode_utf16().count() });
            let (range, text) = if change % 7 == 6 {
                // The last character goes.
                expected.pop();
                let start = json!({ "line": 0, "character": expected.encode_utf16().count() });
                (json!({ "start": start, "end": line }), String::new())
            } else {
                let text = char::from(b'a' + (change % 26) as u8).to_string();
                expected.push_str(&text);
                (json!({ "start": line, "end": line }), text)
            };
            let params = json!({
                "textDocument": { "uri": MAIN, "version": change + 2 },
                "contentChanges": [{ "range": range, "text": text }],
            });
            client.notify("textDocument/didChange", params).await;
        }
        // What the server has is what formatting would change: a text that it is asked to replace says all of it.
        let end = json!({ "line": 0, "character": expected.encode_utf16().count() });
        let params = json!({
            "textDocument": { "uri": MAIN, "version": CHANGES + 2 },
            "contentChanges": [{ "range": { "start": end, "end": end }, "text": "\nconst A: Int=1;" }],
        });
        client.notify("textDocument/didChange", params).await;
        let params = json!({
            "textDocument": { "uri": MAIN, "version": CHANGES + 3 },
            "contentChanges": [{ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 2 } }, "text": "const X: Int=2; //" }],
        });
        client.notify("textDocument/didChange", params).await;
        let options = json!({ "tabSize": 4, "insertSpaces": true });
        let params = json!({ "textDocument": { "uri": MAIN }, "options": options });
        let edits = client.request("textDocument/formatting", params).await;
        let text = edits[0]["newText"].as_str().unwrap();
        let letters = expected.trim_start_matches("//");
        assert!(text.contains(letters) && text.contains("const A: Int = 1;"), "the text is another one");
        client.stop().await;
    });
}

#[test]
fn an_answer_is_about_the_text_before_it() {
    with_program("const A: Int = 1;\n", |mut client| async move {
        client.start().await;
        client.open(MAIN, "const A: Int = 1;\n").await;
        for round in 0..50 {
            let name = format!("NAME_{round}");
            client.replace(MAIN, round + 2, &format!("const {name}: Int = 1;\n")).await;
            let hover = client.request("textDocument/hover", at(MAIN, 0, 8)).await;
            assert!(hover["contents"]["value"].as_str().unwrap().contains(&name), "{hover}");
        }
        client.stop().await;
    });
}

#[test]
fn findings_are_never_those_of_an_older_text() {
    with_program("const A: Int = 1;\n", |mut client| async move {
        client.start().await;
        client.open(MAIN, "const A: Int = 1;\n").await;
        for round in 2..40 {
            let wrong = round % 2 == 0;
            let text = if wrong { "const A: Int = \"a\";\n" } else { "const A: Int = 1;\n" };
            client.replace(MAIN, round, text).await;
            if round % 5 == 0 {
                let found = client.findings(MAIN, Some(round)).await;
                assert_eq!(found.len(), usize::from(wrong));
            }
        }
        let found = client.findings(MAIN, Some(39)).await;
        assert_eq!(found, [""; 0]);
        // What came in between was true of its version.
        for message in
            client.seen.iter().filter(|message| message["method"] == "textDocument/publishDiagnostics")
        {
            let version = message["params"]["version"].as_i64().unwrap();
            let count = message["params"]["diagnostics"].as_array().unwrap().len();
            assert_eq!(count, usize::from(version > 1 && version % 2 == 0), "{message}");
        }
        client.stop().await;
    });
}

#[test]
fn a_cancelled_request_is_answered_as_such_and_the_next_one_as_usual() {
    with_program("const A: Int = 1;\n", |mut client| async move {
        client.start().await;
        client.open(MAIN, "const A: Int = 1;\n").await;
        let id =
            client.begin("textDocument/documentSymbol", json!({ "textDocument": { "uri": MAIN } })).await;
        client.notify("$/cancelRequest", json!({ "id": id })).await;
        let answer = client.answer(id).await;
        // It may have been answered before the cancellation came.
        assert!(answer["error"]["code"] == -32800 || answer["result"].is_array(), "{answer}");
        let hover = client.request("textDocument/hover", at(MAIN, 0, 6)).await;
        assert!(hover["contents"]["value"].as_str().unwrap().contains("const A: Int"));
        client.stop().await;
    });
}

#[test]
fn many_requests_and_changes_at_once_all_end() {
    with_program("service S { let q = aws::sqs::Queue {}; }\n", |mut client| async move {
        client.start().await;
        client.open(MAIN, "service S { let q = aws::sqs::Queue {}; }\n").await;
        let mut waiting = Vec::new();
        for round in 0..200 {
            let document = json!({ "textDocument": { "uri": MAIN } });
            waiting.push(client.begin("textDocument/semanticTokens/full", document).await);
            waiting.push(client.begin("textDocument/completion", at(MAIN, 0, 20)).await);
            let text = format!("service S {{ let q{round} = aws::sqs::Queue {{}}; }}\n");
            client.replace(MAIN, round + 2, &text).await;
        }
        for id in waiting {
            let answer = client.answer(id).await;
            // A position means nothing after a change; that is an answer too.
            assert!(answer["error"].is_null() || answer["error"]["code"] == -32801, "{answer}");
        }
        client.stop().await;
    });
}
