pub(crate) const ALL: [&str; 4] = ["cleaninfra.showTemplate", "cleaninfra.accessReport", "cleaninfra.runTest", "cleaninfra.pasteAsCi"];
