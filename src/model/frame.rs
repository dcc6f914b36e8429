//! What surrounds every page.

use serde::{Deserialize, Serialize};

use super::{Banner, Bell, Card, Choice, FieldError, FlowId, PlatformInfo, Toast, Viewer};

/// What the frame of every page needs to know.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Frame {
    /// Who is logged in; `None` for a visitor.
    pub viewer: Option<Viewer>,
    /// Empty for a visitor.
    pub bell: Bell,
    /// Platforms in trouble where the viewer has accounts.
    pub banners: Vec<Banner>,
    /// When it was drawn, so that the page can ask what has changed since: RFC 3339.
    pub at: String,
    /// What the last form had to say; shown once.
    pub flash: Flash,
    /// The sandbox's control page, when this server runs on the sandbox.
    pub sandbox_url: Option<String>,
    /// E-mail and password of the demo login, which exists in the sandbox only.
    pub demo: Option<(String, String)>,
    /// Whether newcomers may open an account here.
    pub registration_open: bool,
}

/// What a form without scripts had to say, carried over its redirect.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Flash {
    /// `None` where the form had nothing to say.
    pub toast: Option<Toast>,
    /// Fields that did not pass.
    pub errors: Vec<FieldError>,
    /// What was typed, so that nothing has to be typed twice; never a secret.
    pub values: Vec<(String, String)>,
}

impl Flash {
    /// The sentence for a field, if there is one.
    pub fn error(&self, field: &str) -> Option<String> {
        self.errors.iter().find(|e| e.field == field).map(|e| e.message.clone())
    }

    /// What was typed into a field before.
    pub fn value(&self, field: &str) -> String {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map_or_else(String::new, |(_, value)| value.clone())
    }
}

/// A platform's landing page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LandingView {
    /// The platform, with the viewer's accounts at it.
    pub card: Card,
    /// `None` for a visitor, who may read the page as well.
    pub viewer: Option<Viewer>,
    /// For operators, when the platform is not set up.
    pub setup: Option<Setup>,
}

/// What an operator has to do to set a platform up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The settings that are missing, as they stand in the file: `platforms.x.client_id`.
    pub missing: Vec<String>,
    /// The redirect URI to register at the platform.
    pub redirect_uri: String,
    /// The file that holds the settings.
    pub file: String,
}

/// The accounts that one consent can connect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Choices {
    /// The attempt to connect that waits for the choice.
    pub flow: FlowId,
    /// The platform that the accounts are at.
    pub info: PlatformInfo,
    /// Two or more, as the platform listed them.
    pub choices: Vec<Choice>,
}
