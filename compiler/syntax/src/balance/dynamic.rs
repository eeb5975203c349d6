//! `{{resolve:…}}` in a text: how CloudFormation writes a reference for which the language has functions.
//!
//! Must not know: what the functions do.

use ci_base::{Applicability, Code, Diagnostic, TextRange};

use super::Balancer;
use crate::token::TokenKind as T;

impl Balancer<'_> {
    /// Behind the `{` of an interpolation: if a dynamic reference starts there, reports it once and leaves nothing in
    /// its place.
    pub(super) fn dynamic_reference(&mut self) {
        let Some(first) = self.tokens.get(self.at).filter(|token| token.kind == T::LBrace) else { return };
        let start = first.start;
        let rest = self.text.get(start as usize..).unwrap_or_default();
        if !rest.starts_with("{resolve:") {
            return;
        }
        let mut depth = 0_u32;
        let mut at = self.at;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                T::LBrace => depth += 1,
                T::RBrace => depth -= 1,
                T::StringTail | T::UnterminatedTail | T::Newline => break,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        let end = self.range(at - 1).end;
        if depth > 0 || !self.text[end as usize..].starts_with('}') {
            return;
        }
        let inner = TextRange::new(start, end);
        let whole = TextRange::new(start - 1, end + 1);
        let written = whole.of(self.text);
        let found = Diagnostic::new(
            Code::UnexpectedToken,
            whole,
            format!("`{written}` is how CloudFormation writes a reference, not how it is written here"),
        )
        .help("use `ssm(\"name\")`, `ssm_secure(\"name\")` or `secret(\"arn\", \"key\")`");
        let reference = inner.of(self.text).strip_prefix("{resolve:").and_then(|text| text.strip_suffix('}'));
        let found = match reference.and_then(call) {
            Some(call) => {
                let quoted = TextRange::new(whole.start.saturating_sub(1), whole.end + 1);
                // Alone in its text, it needs none around it.
                let alone = quoted.of(self.text) == format!("\"{written}\"");
                let range = if alone { quoted } else { inner };
                found.fix(format!("write `{call}`"), range, call, Applicability::MachineApplicable)
            }
            None => found,
        };
        self.report(found);
        self.emit(T::Missing, inner);
        self.at = at;
    }
}

/// The call that stands for a reference: `ssm:/a/b`, `secretsmanager:name:SecretString:key`.
fn call(reference: &str) -> Option<String> {
    if reference.contains(['"', '\\', '{', '}']) {
        return None;
    }
    match reference.split_once(':')? {
        ("ssm", name) => Some(format!("ssm(\"{name}\")")),
        ("ssm-secure", name) => Some(format!("ssm_secure(\"{name}\")")),
        ("secretsmanager", secret) => match secret.split_once(":SecretString") {
            None => Some(format!("secret(\"{secret}\")")),
            Some((secret, "")) => Some(format!("secret(\"{secret}\")")),
            // A stage or a version cannot be said.
            Some((secret, key)) => {
                let key = key.strip_prefix(':')?.trim_end_matches(':');
                (!key.contains(':')).then(|| match key {
                    "" => format!("secret(\"{secret}\")"),
                    key => format!("secret(\"{secret}\", \"{key}\")"),
                })
            }
        },
        _ => None,
    }
}
