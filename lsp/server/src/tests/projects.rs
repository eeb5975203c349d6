//! Projects as they come, change and go: manifests, files on the disk, folders, documents of no project.

use serde_json::{Value, json};

use super::client::{MAIN, MANIFEST, at, talk, with_program};

#[test]
fn a_change_of_the_disk_is_picked_up() {
    let program = "use crate::a::LIMIT;\nconst MORE: Int = LIMIT;\nservice S { let q = aws::sqs::Queue { DelaySeconds: MORE }; }\n";
    let files = [("/p/ci.toml", MANIFEST), ("/p/src/main.ci", program)];
    talk(&files, |mut client| async move {
        client
            .start_with(json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } }))
            .await;
        let registered = client.until(|message| message["method"] == "client/registerCapability").await;
        assert_eq!(registered["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
        client.open(MAIN, program).await;
        assert_eq!(client.findings(MAIN, Some(1)).await, ["E0101"]);
        client.system.put("/p/src/a.ci", "const LIMIT: Int = 5;\n");
        let change = json!({ "changes": [{ "uri": "file:///p/src/a.ci", "type": 1 }] });
        client.notify("workspace/didChangeWatchedFiles", change).await;
        assert_eq!(client.findings(MAIN, Some(1)).await, [""; 0]);
        client.system.put("/p/ci.toml", "[package]\nname = 5\n");
        let change = json!({ "changes": [{ "uri": "file:///p/ci.toml", "type": 2 }] });
        client.notify("workspace/didChangeWatchedFiles", change).await;
        assert!(client.findings("file:///p/ci.toml", None).await.contains(&"E0901".to_owned()));
        client.stop().await;
    });
}

#[test]
fn a_manifest_in_the_editor_counts() {
    with_program("service S { let q = aws::sqs::Queue {}; }\n", |mut client| async move {
        client.start().await;
        client.open("file:///p/ci.toml", MANIFEST).await;
        assert_eq!(client.findings("file:///p/ci.toml", Some(1)).await, [""; 0]);
        client.replace("file:///p/ci.toml", 2, "[package]\nname = \"A B\"\nversion = \"0.1.0\"\n").await;
        assert_eq!(client.findings("file:///p/ci.toml", Some(2)).await, ["E0901"]);
        client.stop().await;
    });
}

#[test]
fn a_file_outside_of_any_project_and_one_that_was_never_saved() {
    talk(&[("/loose/a.ci", "const A: Int = \"a\";\n")], |mut client| async move {
        client.start().await;
        client.open("file:///loose/a.ci", "const A: Int = \"a\";\n").await;
        assert_eq!(client.findings("file:///loose/a.ci", Some(1)).await, ["E0201"]);
        client.open("untitled:Untitled-1", "const B: Int = \"b\";\n").await;
        assert_eq!(client.findings("untitled:Untitled-1", Some(1)).await, ["E0201"]);
        client
            .notify("textDocument/didClose", json!({ "textDocument": { "uri": "untitled:Untitled-1" } }))
            .await;
        assert_eq!(client.findings("untitled:Untitled-1", None).await, [""; 0]);
        client.stop().await;
    });
}

#[test]
fn a_new_file_is_part_of_its_project_before_it_is_saved() {
    let program = "use crate::fresh::LIMIT;\nconst MORE: Int = LIMIT;\nservice S { let q = aws::sqs::Queue { DelaySeconds: MORE }; }\n";
    with_program(program, |mut client| async move {
        client.start().await;
        client.open(MAIN, program).await;
        assert_eq!(client.findings(MAIN, Some(1)).await, ["E0101"]);
        client.open("file:///p/src/fresh.ci", "const LIMIT: Int = 5;\n").await;
        assert_eq!(client.findings(MAIN, Some(1)).await, [""; 0]);
        client.stop().await;
    });
}

#[test]
fn closing_a_document_brings_the_disk_back() {
    with_program("const A: Int = 1;\n", |mut client| async move {
        client.start().await;
        client.open(MAIN, "const A: Int = \"a\";\n").await;
        assert_eq!(client.findings(MAIN, Some(1)).await, ["E0201"]);
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": MAIN } })).await;
        assert_eq!(client.findings(MAIN, None).await, [""; 0]);
        client.stop().await;
    });
}

#[test]
fn folders_come_and_go_with_their_findings() {
    let files = [
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", "const A: Int = 1;\n"),
        ("/other/deep/q/ci.toml", MANIFEST),
        ("/other/deep/q/src/main.ci", "const B: Int = \"b\";\n"),
    ];
    talk(&files, |mut client| async move {
        client.start().await;
        let folder = json!({ "uri": "file:///other", "name": "other" });
        let event = json!({ "event": { "added": [folder], "removed": [] } });
        client.notify("workspace/didChangeWorkspaceFolders", event).await;
        assert_eq!(client.findings("file:///other/deep/q/src/main.ci", None).await, ["E0201"]);
        let symbols = client.request("workspace/symbol", json!({ "query": "" })).await;
        assert_eq!(symbols.as_array().unwrap().len(), 2);
        let event = json!({ "event": { "added": [], "removed": [folder] } });
        client.notify("workspace/didChangeWorkspaceFolders", event).await;
        assert_eq!(client.findings("file:///other/deep/q/src/main.ci", None).await, [""; 0]);
        client.stop().await;
    });
}

#[test]
fn a_dependency_is_one_document_for_all_who_use_it() {
    let files = [
        (
            "/p/ci.toml",
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n[dependencies]\nparts = { path = \"../parts\" }\n",
        ),
        (
            "/p/src/main.ci",
            "use parts::LIMIT;\nconst MORE: Int = LIMIT;\nservice S { let q = aws::sqs::Queue { DelaySeconds: MORE }; }\n",
        ),
        ("/parts/ci.toml", "[package]\nname = \"parts\"\nversion = \"0.1.0\"\n"),
        ("/parts/src/lib.ci", "const LIMIT: Int = 5;\n"),
    ];
    talk(&files, |mut client| async move {
        client.start().await;
        client.open(MAIN, files[1].1).await;
        assert_eq!(client.findings(MAIN, Some(1)).await, [""; 0]);
        client.open("file:///parts/src/lib.ci", "const LIMIT: String = \"a\";\n").await;
        assert_eq!(client.findings(MAIN, Some(1)).await, ["E0201"]);
        client.stop().await;
    });
}

#[test]
fn settings_are_taken_over() {
    let program =
        "service S {\n    let n = [\"a\"].len();\n    let q = aws::sqs::Queue { DelaySeconds: n };\n}\n";
    with_program(program, |mut client| async move {
        client.start().await;
        client.open(MAIN, program).await;
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
        let params = json!({ "textDocument": { "uri": MAIN }, "range": range });
        assert_eq!(client.request("textDocument/inlayHint", params.clone()).await[0]["label"], ": Int");
        let settings = json!({ "settings": { "cleaninfra": { "inlayHints": { "types": false } } } });
        client.notify("workspace/didChangeConfiguration", settings).await;
        assert_eq!(client.request("textDocument/inlayHint", params).await, json!([]));
        assert_ne!(client.request("textDocument/hover", at(MAIN, 1, 9)).await, Value::Null);
        client.stop().await;
    });
}

/// What is typed into a manifest is completed and explained like a source. Nothing else that is offered for sources is done
/// to it: TOML is for others to lay out.
#[test]
fn a_manifest_is_a_document_too() {
    const TOML: &str = "file:///p/ci.toml";
    let text = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n[build]\nformat   =   \"yaml\"\n";
    talk(&[("/p/ci.toml", text), ("/p/src/main.ci", "")], |mut client| async move {
        client.start().await;
        client.open(TOML, text).await;
        let hover = client.request("textDocument/hover", at(TOML, 5, 2)).await;
        assert!(hover["contents"]["value"].as_str().unwrap().starts_with("`build.format`"), "{hover}");
        let found = client.request("textDocument/completion", at(TOML, 5, 13)).await;
        assert_eq!(found["items"][0]["label"], "json");
        assert_eq!(found["items"][0]["documentation"]["value"], "JSON, where nothing is said.");
        let formatting =
            json!({ "textDocument": { "uri": TOML }, "options": { "tabSize": 4, "insertSpaces": true } });
        let edits = client.request("textDocument/formatting", formatting).await;
        assert!(edits.is_null() || edits == json!([]), "{edits}");
        for question in ["foldingRange", "documentSymbol", "semanticTokens/full", "codeLens", "documentLink"]
        {
            let question = format!("textDocument/{question}");
            let answer = client.request(&question, json!({ "textDocument": { "uri": TOML } })).await;
            let is_empty = answer.is_null() || answer == json!([]) || answer["data"] == json!([]);
            assert!(is_empty, "{question}: {answer}");
        }
        client.replace(TOML, 2, &text.replace("yaml", "ymal")).await;
        assert_eq!(client.findings(TOML, Some(2)).await, ["E0901"]);
        let range = json!({ "start": { "line": 5, "character": 13 }, "end": { "line": 5, "character": 13 } });
        let params =
            json!({ "textDocument": { "uri": TOML }, "range": range, "context": { "diagnostics": [] } });
        let actions = client.request("textDocument/codeAction", params).await;
        let edit = &actions[0]["edit"]["changes"][TOML][0];
        assert_eq!(edit["newText"], "\"yaml\"", "{actions}");
        client.stop().await;
    });
}
