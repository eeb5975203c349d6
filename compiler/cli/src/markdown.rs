//! Markdown for a terminal: what can be read as it is stays as it is.

use crate::terminal::Terminal;

/// A page as text: headings stand out, code is indented instead of fenced.
pub(crate) fn render(terminal: &Terminal, page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            if !line.is_empty() {
                text.push_str("    ");
            }
            text.push_str(line);
        } else if line.starts_with('#') {
            text.push_str(&terminal.bold(line.trim_start_matches('#').trim_start()));
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}
