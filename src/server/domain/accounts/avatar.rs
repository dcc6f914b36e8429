//! Avatars: fetched once after connecting and served by us, so that pages load nothing from
//! elsewhere.

use url::Url;

use super::{Result, entry};
use crate::model::{AccountId, WorkspaceId};
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::events::{self, Event};
use crate::server::egress;
use crate::server::identity::Actor;
use crate::server::platform::Entry;

const MAX_BYTES: usize = 1 << 20;

/// The avatar of an account of this workspace.
pub async fn stored(
    backend: &Backend,
    actor: &Actor,
    id: AccountId,
) -> Result<Option<(String, Vec<u8>)>> {
    Ok(db::accounts::avatar(&backend.db, actor.workspace, id).await?)
}

/// The job: fetches the picture of an account that was just connected, and tells the open pages.
/// Failing is no error: initials are shown instead.
pub async fn fetch(backend: &Backend, workspace: WorkspaceId, id: AccountId) -> Result<()> {
    let Some(account) = db::accounts::find(&backend.db, workspace, id).await? else {
        return Ok(());
    };
    let (Some(url), Ok(entry)) = (&account.avatar_url, entry(backend, account.provider.as_str()))
    else {
        return Ok(());
    };
    let (media_type, bytes) = match get(backend, entry, url).await {
        Ok(picture) => picture,
        Err(why) => {
            tracing::info!(account = %id, "could not fetch avatar: {why}");
            return Ok(());
        }
    };
    let mut tx = backend.db.begin().await?;
    db::accounts::set_avatar(&mut tx, id, media_type, &bytes, backend.clock.now()).await?;
    events::record(backend, &mut tx, Event::WorkspaceChanged(workspace)).await?;
    Ok(tx.commit().await?)
}

async fn get(
    backend: &Backend,
    entry: &Entry,
    url: &str,
) -> Result<(&'static str, Vec<u8>), egress::Error> {
    let url = Url::parse(url).map_err(|_| egress::Error::NotHttps)?;
    let settings = entry.settings();
    let own: Vec<&Url> = settings.base_url.iter().chain(&settings.browser_url).collect();
    let bytes = backend.egress.get(&url, &own, MAX_BYTES).await?;
    // By content, not by what the server calls it: an SVG or HTML would run in our origin.
    let media_type =
        media_type(&bytes).ok_or(egress::Error::OtherContent("neither PNG, JPEG nor WebP"))?;
    Ok((media_type, bytes))
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn an_avatar_is_known_by_its_content() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media_type(b"<svg xmlns='http://www.w3.org/2000/svg'>"), None);
    }
}
