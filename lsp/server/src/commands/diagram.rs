//! The diagram of a program as it is in the editor.
//!
//! Whoever asks again says what they have, by a digest, so that what has not changed is not sent again. Nothing is kept for
//! that here: the digest is computed from the answer.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use ci_ide::diagram::diagram as draw;
use ci_project::{DiagramLevel, DiagramQuestion};
use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::{Range, TextDocumentIdentifier, Uri};

use super::Told;
use crate::view::View;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagramParams {
    pub text_document: TextDocumentIdentifier,
    #[serde(default)]
    level: Level,
    environment: Option<String>,
    service: Option<String>,
    digest: Option<String>,
    aspect: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Level {
    Services,
    #[default]
    Units,
    Resources,
}

#[derive(Debug, Serialize)]
pub(crate) struct DiagramResult {
    /// Names the picture and the places.
    digest: Option<String>,
    /// The editor has this picture: it is not sent again.
    unchanged: bool,
    svg: Option<String>,
    problem: Option<String>,
    /// `None` where the editor has these places.
    places: Option<Vec<Drawn>>,
}

#[derive(Debug, Serialize)]
struct Drawn {
    id: String,
    uri: Uri,
    range: Range,
}

impl Told for DiagramResult {
    fn gist(&self) -> String {
        let drawn = || "the result of this command is a picture, which this editor does not show".to_owned();
        self.problem.clone().unwrap_or_else(drawn)
    }
}

pub(crate) fn diagram(view: &View, params: &DiagramParams) -> DiagramResult {
    let level = match params.level {
        Level::Services => DiagramLevel::Services,
        Level::Units => DiagramLevel::Units,
        Level::Resources => DiagramLevel::Resources,
    };
    let question = DiagramQuestion {
        target: params.environment.clone(),
        service: params.service.clone(),
        level,
        aspect: params.aspect.map(|aspect| aspect.clamp(0.25, 4.0)),
    };
    let picture = draw(&view.snapshot, &question, &view.findings());
    let places = picture.places.into_iter().filter_map(|(id, at)| {
        let place = view.location(at)?;
        Some(Drawn { id, uri: place.uri, range: place.range })
    });
    let places: Vec<Drawn> = places.collect();
    let Some(svg) = picture.svg else {
        let problem = picture.problem;
        return DiagramResult { digest: None, unchanged: false, svg: None, problem, places: Some(places) };
    };
    let (drawn, placed) = (digest_of(&svg), digest_of_places(&places));
    let known = params.digest.as_deref().and_then(|digest| digest.split_once('-'));
    let unchanged = known.is_some_and(|(picture, _)| picture == drawn);
    // Without its picture the editor has no use for places that it knows.
    let are_known = unchanged && known.is_some_and(|(_, places)| places == placed);
    DiagramResult {
        digest: Some(format!("{drawn}-{placed}")),
        unchanged,
        svg: (!unchanged).then_some(svg),
        problem: picture.problem,
        places: (!are_known).then_some(places),
    }
}

fn digest_of(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn digest_of_places(places: &[Drawn]) -> String {
    let mut hasher = DefaultHasher::new();
    for Drawn { id, uri, range } in places {
        (id, uri.as_str(), range).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
