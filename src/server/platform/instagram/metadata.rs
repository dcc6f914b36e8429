//! What is kept of an Instagram account. No token: the Page's is fetched when publishing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{Page, Professional};
use crate::server::platform::{metadata as shared, words};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub ig_business_id: String,
    pub page_id: String,
    pub page_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_count: Option<i64>,
}

impl Metadata {
    pub fn of(page: &Page, account: &Professional) -> Self {
        Self {
            ig_business_id: account.id.clone(),
            page_id: page.id.clone(),
            page_name: page.name.clone(),
            username: account.username.clone(),
            followers: account.followers_count.and_then(|n| i64::try_from(n).ok()),
            media_count: account.media_count.and_then(|n| i64::try_from(n).ok()),
        }
    }
}

pub fn check(metadata: &Value) -> Result<(), String> {
    shared::read::<Metadata>(metadata).map(drop)
}

pub fn describe(metadata: &Value) -> Vec<(String, String)> {
    let Ok(metadata) = shared::read::<Metadata>(metadata) else {
        return Vec::new();
    };
    let page = ("Facebook Page".to_owned(), metadata.page_name);
    let followers = metadata.followers.map(|n| ("Followers".to_owned(), words::count(n)));
    let posts = metadata.media_count.map(|n| ("Posts".to_owned(), words::count(n)));
    [Some(page), followers, posts].into_iter().flatten().collect()
}
