//! From a template back to the source: where every resource and every value of its properties was written.
//!
//! A map is JSON of one line for each resource, small enough to stay beside large templates:
//!
//! ```json
//! {
//!   "version": 1,
//!   "files": ["src/main.ci"],
//!   "resources": {
//!     "Queue": {"path":"queue","type":"AWS::SQS::Queue","at":[0,4,17],"properties":{"DelaySeconds":[5,23]}}
//!   }
//! }
//! ```
//!
//! A place is `[file, line, column]`: the position of the file in `files`, the line and the column from one. A value
//! in its resource's file leaves the file out. What is inside a value follows as an object: `[5,23,{"Inner":[6,9]}]`.
//! The items of a list are named by their positions in the template; the branches of an `Fn::If` stand under
//! `"Fn::If"` as `"1"` and `"2"`; other functions have no inside. What has no known place is left out.
//!
//! Where the stack uses capabilities of other services, `"uses"` says which and where they are asked for:
//! `{"provider":"shop-warehouse","capability":"ShippingSend","at":[0,12,21]}`. The statements of one carry its name as
//! their `Sid`. It stands here and not in the template: a template is what changes at AWS, and a line that moves in a
//! source must not change it.
//!
//! Must not know files: a place is looked up by whoever holds them.

use std::fmt::Write as _;

use ci_base::FileId;
use ci_graph::{Late, Located, Origin, Resource, Stack, Use, Value};

use crate::value::present;

/// Where something starts in a source file, as people count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The line, from one.
    pub line: u32,
    /// The column, from one.
    pub column: u32,
}

/// How many bytes what stands before the resources usually takes.
const HEAD_BYTES: usize = 256;

/// How many bytes a resource takes at most, usually.
const USUAL_BYTES: usize = 480;

/// The source map of a stack. `place` says where an origin is; `path` what a file is called, relative to the project,
/// with `/` between its parts.
pub fn source_map(
    stack: &Stack,
    place: &dyn Fn(Origin) -> Option<Place>,
    path: &dyn Fn(FileId) -> String,
) -> String {
    let out = String::with_capacity(HEAD_BYTES + stack.resources.len() * USUAL_BYTES);
    let mut writer = Writer { out, place, files: Vec::new(), own: FileId(0) };
    for (at, resource) in stack.resources.iter().enumerate() {
        writer.out.push_str(if at == 0 { "\n" } else { ",\n" });
        writer.resource(resource);
    }
    writer.out.push_str(if stack.resources.is_empty() { "}" } else { "\n  }" });
    for (at, used) in stack.uses.iter().enumerate() {
        writer.out.push_str(if at == 0 { ",\n  \"uses\": [\n" } else { ",\n" });
        writer.used(used);
    }
    writer.out.push_str(if stack.uses.is_empty() { "\n}\n" } else { "\n  ]\n}\n" });
    let files: Vec<String> = writer.files.iter().map(|file| text(&path(*file))).collect();
    let mut map = writer.out;
    // The files are known last and stand first: moved once, where a second text would be as large again.
    let files = files.join(", ");
    map.insert_str(0, &format!("{{\n  \"version\": 1,\n  \"files\": [{files}],\n  \"resources\": {{"));
    map
}

/// A text as JSON.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Writer<'a> {
    out: String,
    place: &'a dyn Fn(Origin) -> Option<Place>,
    files: Vec<FileId>,
    /// The file of the resource that is being written.
    own: FileId,
}

impl Writer<'_> {
    fn file(&mut self, file: FileId) -> usize {
        self.files.iter().position(|known| *known == file).unwrap_or_else(|| {
            self.files.push(file);
            self.files.len() - 1
        })
    }

    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(arguments);
    }

    fn resource(&mut self, resource: &Resource) {
        let (path, ty) = (text(&resource.path), resource.schema.name());
        self.put(format_args!("    \"{}\": {{\"path\":{path},\"type\":\"{ty}\"", resource.logical_id));
        if let Some(place) = (self.place)(resource.origin) {
            self.own = place.file;
            let file = self.file(place.file);
            self.put(format_args!(",\"at\":[{file},{},{}]", place.line, place.column));
        }
        self.out.push_str(",\"properties\":");
        let entries = resource.properties.iter().map(|entry| (&*entry.name, &entry.value));
        self.inside(entries);
        self.out.push('}');
    }

    fn used(&mut self, used: &Use) {
        let (provider, capability) = (text(&used.provider), text(&used.name));
        self.put(format_args!("    {{\"provider\":{provider},\"capability\":{capability}"));
        if let Some(place) = (self.place)(used.origin) {
            let file = self.file(place.file);
            self.put(format_args!(",\"at\":[{file},{},{}]", place.line, place.column));
        }
        self.out.push('}');
    }

    fn inside<'v>(&mut self, values: impl Iterator<Item = (&'v str, &'v Located)>) {
        self.out.push('{');
        let mut first = true;
        for (name, located) in values.filter(|(_, located)| located.value != Value::Absent) {
            if !first {
                self.out.push(',');
            }
            first = false;
            if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                self.out.push('"');
                self.out.push_str(name);
                self.out.push_str("\":");
            } else {
                let name = text(name);
                self.put(format_args!("{name}:"));
            }
            self.value(located);
        }
        self.out.push('}');
    }

    fn value(&mut self, located: &Located) {
        self.out.push('[');
        let place = (self.place)(located.origin);
        if let Some(place) = place {
            if place.file != self.own {
                let file = self.file(place.file);
                self.put(format_args!("{file},"));
            }
            // Twice for every value of a program, so without the detour over `fmt`.
            let mut digits = itoa::Buffer::new();
            self.out.push_str(digits.format(place.line));
            self.out.push(',');
            self.out.push_str(digits.format(place.column));
        }
        let comma = if place.is_some() { "," } else { "" };
        match &located.value {
            Value::Record(entries) if !entries.is_empty() => {
                self.out.push_str(comma);
                self.inside(entries.iter().map(|entry| (&*entry.name, &entry.value)));
            }
            Value::List(items) if !items.is_empty() => {
                self.out.push_str(comma);
                let names: Vec<String> = (0..items.len()).map(|at| at.to_string()).collect();
                self.inside(names.iter().map(String::as_str).zip(present(items)));
            }
            Value::Late(late) => {
                if let Late::If { then, otherwise, .. } = &**late {
                    self.out.push_str(comma);
                    self.out.push_str("{\"Fn::If\":[");
                    self.inside([("1", then), ("2", otherwise)].into_iter());
                    self.out.push_str("]}");
                }
            }
            _ => {}
        }
        self.out.push(']');
    }
}

#[cfg(test)]
mod tests;
