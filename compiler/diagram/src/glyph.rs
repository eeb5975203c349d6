//! The signs on boxes: shapes of our own, for families of things and not for products.
//!
//! Must not know: where they are drawn.

use crate::kinds::Family;

/// The strokes of a sign, as path data in a square of 24.
pub(crate) const fn strokes(family: Family) -> &'static str {
    match family {
        // Angle brackets: code.
        Family::Compute => "M8.5 7.5L4 12L8.5 16.5M15.5 7.5L20 12L15.5 16.5M13.5 6L10.5 18",
        // A drum.
        Family::Data => {
            "M5 7C5 3.7 19 3.7 19 7C19 10.3 5 10.3 5 7V17C5 20.3 19 20.3 19 17V7M5 12C5 15.3 19 15.3 19 12"
        }
        // A pail.
        Family::Storage => {
            "M4.5 7L6.5 18.5C8 20.5 16 20.5 17.5 18.5L19.5 7M4.5 7C4.5 4.4 19.5 4.4 19.5 7C19.5 9.6 4.5 9.6 4.5 7"
        }
        // Letters that wait.
        Family::Messaging => "M4 7.5H20V17.5H4ZM4 7.5L12 13.5L20 7.5",
        // A way in.
        Family::Edge => "M13 4.5H19.5V19.5H13M4 12H14.5M10.5 8L14.5 12L10.5 16",
        // A hub.
        Family::Network => {
            "M9.5 4.5H14.5V9H9.5ZM4 15.5H9V20H4ZM15 15.5H20V20H15ZM12 9V12.3M6.5 15.5V12.3H17.5V15.5"
        }
        // A shield.
        Family::Security => {
            "M12 3.8L19 6.5V11.5C19 15.8 16 18.8 12 20.3C8 18.8 5 15.8 5 11.5V6.5ZM9 12L11.3 14.3L15.2 10"
        }
        // A pulse.
        Family::Operations => "M3.5 12.5H8L10.5 6L13.8 18L16 12.5H20.5",
        // A box of its own.
        Family::Service => "M12 3.8L19.2 7.9V16.1L12 20.2L4.8 16.1V7.9ZM4.8 7.9L12 12L19.2 7.9M12 12V20.2",
        // A globe.
        Family::World => {
            "M12 3.8A8.2 8.2 0 1 1 11.9 3.8ZM12 3.8C7.6 8 7.6 16 12 20.2C16.4 16 16.4 8 12 3.8M4 12H20"
        }
        // A part.
        Family::Other => "M6 6H18V18H6ZM6 10H18",
    }
}
