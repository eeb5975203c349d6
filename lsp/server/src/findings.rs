//! Findings in the words of the protocol.

use std::collections::BTreeMap;

use ci_base::{Diagnostic, Severity};
use ci_ide::diagnostics::{Shade, message, page, shade};
use tower_lsp_server::ls_types::{
    self as lsp, CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Uri,
};

use crate::view::View;

/// A finding, at its place in its document.
pub(crate) fn diagnostic(view: &View, found: &Diagnostic) -> lsp::Diagnostic {
    let related: Vec<DiagnosticRelatedInformation> = found
        .secondary
        .iter()
        .filter_map(|label| {
            let location = view.location(label.at)?;
            let message = if label.text.is_empty() { "see here".to_owned() } else { label.text.clone() };
            Some(DiagnosticRelatedInformation { location, message })
        })
        .collect();
    let tags = match shade(found.code) {
        Shade::Plain => None,
        Shade::Unnecessary => Some(vec![DiagnosticTag::UNNECESSARY]),
        Shade::Deprecated => Some(vec![DiagnosticTag::DEPRECATED]),
    };
    lsp::Diagnostic {
        range: view.range(found.primary.at),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(found.code.number().to_owned())),
        code_description: page(found.code).parse().ok().map(|href| CodeDescription { href }),
        source: Some("cleaninfra".to_owned()),
        message: message(found),
        related_information: (!related.is_empty()).then_some(related),
        tags,
        data: None,
    }
}

/// All findings by document.
pub(crate) fn by_document(view: &View, findings: &[Diagnostic]) -> BTreeMap<Uri, Vec<lsp::Diagnostic>> {
    let mut found: BTreeMap<Uri, Vec<lsp::Diagnostic>> = BTreeMap::new();
    for finding in findings {
        // What is found in a file that an editor cannot show is told by `cleaninfra check`.
        if let Some(uri) = view.uri(finding.primary.at.file) {
            found.entry(uri).or_default().push(diagnostic(view, finding));
        }
    }
    found
}
