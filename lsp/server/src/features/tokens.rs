//! Colours by meaning.

use ci_ide::tokens::{TokenType, semantic_tokens};
use tower_lsp_server::ls_types::{
    Position, Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens,
    SemanticTokensLegend,
};

use crate::view::View;

/// What the numbers of a token mean.
pub(crate) fn legend() -> SemanticTokensLegend {
    let name = |kind: TokenType| match kind {
        TokenType::Namespace => SemanticTokenType::NAMESPACE,
        TokenType::Type => SemanticTokenType::TYPE,
        TokenType::Enum => SemanticTokenType::ENUM,
        TokenType::EnumMember => SemanticTokenType::ENUM_MEMBER,
        TokenType::Interface => SemanticTokenType::INTERFACE,
        TokenType::Struct => SemanticTokenType::STRUCT,
        TokenType::Class => SemanticTokenType::CLASS,
        TokenType::Parameter => SemanticTokenType::PARAMETER,
        TokenType::Variable => SemanticTokenType::VARIABLE,
        TokenType::Property => SemanticTokenType::PROPERTY,
        TokenType::Function => SemanticTokenType::FUNCTION,
        TokenType::Method => SemanticTokenType::METHOD,
        TokenType::Decorator => SemanticTokenType::DECORATOR,
        TokenType::Event => SemanticTokenType::EVENT,
    };
    SemanticTokensLegend {
        token_types: TokenType::ALL.map(name).to_vec(),
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::READONLY,
            SemanticTokenModifier::DEFAULT_LIBRARY,
        ],
    }
}

pub(crate) fn tokens(view: &View, range: Option<Range>) -> Option<SemanticTokens> {
    let file = view.file?;
    let within = match range {
        Some(range) => Some(view.span(range)?.range),
        None => None,
    };
    let lines = view.lines(file);
    let mut last = Position::default();
    let mut data = Vec::new();
    for token in semantic_tokens(&view.snapshot, file, within) {
        let Range { start, end } = lines.range(token.range);
        // A token of several lines would need an ability of the editor; names have none.
        if start.line != end.line {
            continue;
        }
        let delta_line = start.line - last.line;
        let kind = TokenType::ALL.iter().position(|known| *known == token.kind).unwrap_or(0);
        data.push(SemanticToken {
            delta_line,
            delta_start: if delta_line == 0 { start.character - last.character } else { start.character },
            length: end.character - start.character,
            token_type: kind as u32,
            token_modifiers_bitset: u32::from(token.declares)
                | u32::from(token.is_constant) << 1
                | u32::from(token.is_library) << 2,
        });
        last = start;
    }
    Some(SemanticTokens { result_id: None, data })
}
