//! A value as a program writes it.

use std::fmt::Write as _;

use serde_json::Value;

/// The expression that stands for `value`, on one line.
#[must_use]
pub fn expression(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("none"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => {
            let written = number.to_string();
            // Without a fraction it would be read as a whole number.
            let exact =
                if number.is_f64() && !written.contains('.') { format!("{written}.0") } else { written };
            text.push_str(&exact);
        }
        Value::String(string) => quoted(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(object) => {
            text.push('{');
            for (index, (name, value)) in object.iter().enumerate() {
                text.push_str(if index == 0 { " " } else { ", " });
                // Upper case keeps clear of all keywords.
                let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if plain {
                    text.push_str(name);
                } else {
                    quoted(name, text);
                }
                text.push_str(": ");
                write(value, text);
            }
            text.push_str(if object.is_empty() { "}" } else { " }" });
        }
    }
}

fn quoted(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' | '\\' | '{' | '}' => {
                text.push('\\');
                text.push(character);
            }
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            control if control.is_control() => {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(control));
            }
            plain => text.push(plain),
        }
    }
    text.push('"');
}
