//! Which tokens may follow one another, as far as that can be told from their kinds.
//!
//! Must not know: where the tokens stand.

use crate::token::TokenKind as T;

/// Whether an operand is complete with this token, so that an operator or separator must follow.
pub(super) fn ends_operand(kind: T) -> bool {
    matches!(
        kind,
        T::Ident
            | T::Int
            | T::Float
            | T::Quantity
            | T::String
            | T::StringTail
            | T::True
            | T::False
            | T::None
            | T::Crate
            | T::SelfKw
            | T::Super
            | T::RParen
            | T::RBracket
            | T::RBrace
            | T::BlockClose
            | T::Missing
    )
}

/// Whether an operand must follow this token.
pub(super) fn needs_operand(kind: T) -> bool {
    matches!(
        kind,
        T::Equal
            | T::FatArrow
            | T::Colon
            | T::Arrow
            | T::Plus
            | T::Minus
            | T::Star
            | T::Slash
            | T::Percent
            | T::AndAnd
            | T::EqualEqual
            | T::BangEqual
            | T::Less
            | T::LessEqual
            | T::GreaterEqual
            | T::QuestionQuestion
            | T::DotDot
            | T::DotDotEqual
            | T::Bang
            | T::Allow
            | T::Deny
            | T::On
            | T::To
            | T::When
            | T::If
            | T::Match
            | T::In
            | T::With
            | T::Assert
            | T::Require
            | T::StringHead
            | T::StringMiddle
            | T::LParen
    )
}

/// Whether this token stands between two operands and can stand nowhere else.
pub(super) fn is_infix(kind: T) -> bool {
    matches!(
        kind,
        T::FatArrow
            | T::Plus
            | T::Star
            | T::Slash
            | T::Percent
            | T::AndAnd
            | T::EqualEqual
            | T::BangEqual
            | T::LessEqual
            | T::GreaterEqual
            | T::QuestionQuestion
            | T::On
            | T::To
            | T::When
            | T::With
            | T::Else
    )
}

/// Whether an operand starts with this token, and nothing else does.
pub(super) fn starts_operand(kind: T) -> bool {
    matches!(
        kind,
        T::Ident
            | T::Int
            | T::Float
            | T::Quantity
            | T::String
            | T::StringHead
            | T::True
            | T::False
            | T::None
            | T::Crate
            | T::SelfKw
            | T::Super
            | T::Allow
            | T::Deny
            | T::Existing
            | T::If
            | T::Match
            | T::For
    )
}
