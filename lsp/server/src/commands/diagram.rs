//! The diagram of a program as it is in the editor.
//!
//! Whoever asks again says what they have, by a digest, so that what has not changed is not sent again. Of what has changed,
//! whoever can put it together is sent a patch of what they have, as long as that is remembered here; everybody else, and
//! whoever has something else, all of it. What is told therefore depends on what was asked before, and what comes of it
//! does not.
//!
//! With one more box in a service of a hundred, a patch has a 30th to a 50th of the bytes of the whole; in one of a thousand a
//! 250th where nothing is connected, and a 13th where each of five hundred arrows takes another way.

mod kept;
mod patch;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use ci_ide::diagram::diagram as draw;
use ci_project::{DiagramLevel, DiagramQuestion};
use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::{Range, TextDocumentIdentifier, Uri};

use super::Told;
use crate::view::View;
use kept::Kept;
use patch::{List, Patch, PicturePatch};

pub(crate) use kept::Pictures;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagramParams {
    pub text_document: TextDocumentIdentifier,
    #[serde(default)]
    level: Level,
    environment: Option<String>,
    service: Option<String>,
    digest: Option<String>,
    /// Whether the editor can apply patches.
    #[serde(default)]
    patches: bool,
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
    /// `None` where the editor has these places, or is sent what has changed of them.
    places: Option<Vec<Drawn>>,
    /// What has changed of what the editor has.
    patch: Option<Patch>,
}

/// Where an element was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

pub(crate) fn diagram(view: &View, pictures: &Pictures, params: &DiagramParams) -> DiagramResult {
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
    let Some(drawing) = picture.drawing else {
        let (problem, places) = (picture.problem, Some(places));
        return DiagramResult { digest: None, unchanged: false, svg: None, problem, places, patch: None };
    };
    let svg = drawing.to_string();
    let digest = Digest { picture: digest_of(&svg), places: digest_of_places(&places) };
    let now = Arc::new(Kept { drawing, places });
    let base = params.digest.clone().filter(|_| params.patches);
    let base = base.and_then(|digest| Some((pictures.find(&digest)?, digest)));
    let known = params.digest.as_deref().and_then(|digest| digest.split_once('-'));
    let unchanged = known.is_some_and(|(picture, _)| picture == digest.picture);
    let picture_patch = base.as_ref().filter(|_| !unchanged);
    let picture_patch =
        picture_patch.and_then(|(base, _)| PicturePatch::between(&base.drawing, &now.drawing, svg.len()));
    // Without its picture the editor has no use for places that it knows.
    let stays = unchanged || picture_patch.is_some();
    let are_known = stays && known.is_some_and(|(_, places)| places == digest.places);
    let places_patch = base.as_ref().filter(|_| stays && !are_known);
    let places_patch = places_patch.and_then(|(base, _)| List::of_places(&base.places, &now.places));
    let digest = format!("{}-{}", digest.picture, digest.places);
    if params.patches {
        pictures.keep(&digest, &now);
    }
    DiagramResult {
        digest: Some(digest),
        unchanged,
        svg: (!stays).then_some(svg),
        problem: picture.problem,
        places: (!are_known && places_patch.is_none()).then(|| now.places.clone()),
        patch: base.filter(|_| picture_patch.is_some() || places_patch.is_some()).map(|(_, base)| Patch {
            base,
            picture: picture_patch,
            places: places_patch,
        }),
    }
}

/// What a picture and its places are called.
struct Digest {
    picture: String,
    places: String,
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
