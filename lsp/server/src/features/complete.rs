//! Completions, and what calls take.

use ci_ide::completion::{Completion, CompletionKind, completions};
use ci_ide::signature::signature_help;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionList, CompletionResponse,
    CompletionTextEdit, Documentation, InsertTextFormat, ParameterInformation, ParameterLabel, Position,
    SignatureHelp, SignatureInformation, TextEdit,
};

use crate::convert::{markdown, text_edits};
use crate::view::View;

pub(crate) fn completion(view: &View, position: Position) -> Option<CompletionResponse> {
    let found = completions(&view.snapshot, view.cursor(position)?);
    let items = found.items.iter().enumerate().map(|(at, item)| one(view, at, item));
    Some(CompletionResponse::List(CompletionList {
        is_incomplete: found.is_incomplete,
        items: items.collect(),
    }))
}

fn one(view: &View, at: usize, item: &Completion) -> CompletionItem {
    let with_stops = item.is_snippet && view.abilities.snippets;
    let text = if item.is_snippet && !with_stops { without_stops(&item.insert) } else { item.insert.clone() };
    CompletionItem {
        label: item.label.clone(),
        kind: Some(kind(item.kind)),
        detail: (!item.detail.is_empty()).then(|| item.detail.clone()),
        documentation: item.documentation.clone().map(|text| Documentation::MarkupContent(markdown(text))),
        tags: item.is_deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
        // Editors sort by this text alone.
        sort_text: Some(format!("{:03}{at:05}", item.rank)),
        filter_text: item.filter.clone(),
        insert_text_format: Some(if with_stops {
            InsertTextFormat::SNIPPET
        } else {
            InsertTextFormat::PLAIN_TEXT
        }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: view.range(item.replaces),
            new_text: text,
        })),
        additional_text_edits: (!item.also.is_empty()).then(|| text_edits(view, &item.also)),
        ..CompletionItem::default()
    }
}

/// A snippet as plain text: of each stop the word in it.
fn without_stops(snippet: &str) -> String {
    let mut text = String::with_capacity(snippet.len());
    let mut rest = snippet.chars().peekable();
    let mut depth = 0_u32;
    while let Some(character) = rest.next() {
        match character {
            '\\' => text.extend(rest.next()),
            '$' if rest.peek() == Some(&'{') => {
                rest.next();
                while rest.peek().is_some_and(char::is_ascii_digit) {
                    rest.next();
                }
                if rest.peek() == Some(&':') {
                    rest.next();
                }
                depth += 1;
            }
            '$' => {
                while rest.peek().is_some_and(char::is_ascii_digit) {
                    rest.next();
                }
            }
            '}' if depth > 0 => depth -= 1,
            other => text.push(other),
        }
    }
    text
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::Variable | CompletionKind::Input => CompletionItemKind::VARIABLE,
        CompletionKind::Property => CompletionItemKind::PROPERTY,
        CompletionKind::Attribute => CompletionItemKind::FIELD,
        CompletionKind::Method => CompletionItemKind::METHOD,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Type => CompletionItemKind::STRUCT,
        CompletionKind::ResourceType | CompletionKind::Component => CompletionItemKind::CLASS,
        CompletionKind::Enum => CompletionItemKind::ENUM,
        CompletionKind::Variant => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Value => CompletionItemKind::VALUE,
        CompletionKind::Module => CompletionItemKind::MODULE,
        CompletionKind::Action | CompletionKind::Capability => CompletionItemKind::EVENT,
        CompletionKind::Constant => CompletionItemKind::CONSTANT,
        CompletionKind::Snippet => CompletionItemKind::SNIPPET,
        CompletionKind::Marker => CompletionItemKind::KEYWORD,
    }
}

pub(crate) fn signature(view: &View, position: Position) -> Option<SignatureHelp> {
    let found = signature_help(&view.snapshot, view.cursor(position)?)?;
    // Places in a label are counted as positions are, in UTF-16 where nothing else was agreed.
    let count = |end: u32| {
        let before = found.label.get(..end as usize).unwrap_or_default();
        match view.abilities.encoding {
            crate::document::Encoding::Utf8 => end,
            crate::document::Encoding::Utf16 => before.encode_utf16().count() as u32,
        }
    };
    let parameters = found.parameters.iter().map(|(start, end)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([count(*start), count(*end)]),
        documentation: None,
    });
    Some(SignatureHelp {
        signatures: vec![SignatureInformation {
            label: found.label.clone(),
            documentation: found
                .documentation
                .clone()
                .map(|text| Documentation::MarkupContent(markdown(text))),
            parameters: Some(parameters.collect()),
            active_parameter: Some(found.active),
        }],
        active_signature: Some(0),
        active_parameter: Some(found.active),
    })
}

#[cfg(test)]
mod tests {
    use super::without_stops;

    #[test]
    fn a_snippet_without_stops_is_its_text() {
        assert_eq!(without_stops("Queue { ${1:Name}: \"${2:x}\", $0 }"), "Queue { Name: \"x\",  }");
        assert_eq!(without_stops("a \\$1 \\} {}"), "a $1 } {}");
    }
}
