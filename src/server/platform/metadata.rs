//! What a platform keeps of an account: a JSON object of the platform's own shape.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads metadata that was stored, or is about to be.
pub fn read<T: DeserializeOwned>(metadata: &Value) -> Result<T, String> {
    // serde would take a list of the fields' values for the struct.
    if !metadata.is_object() {
        return Err("metadata is no JSON object".into());
    }
    T::deserialize(metadata).map_err(|error| error.to_string())
}

/// Text, numbers and booleans under text keys: there is nothing in it that JSON can't hold.
pub fn write<T: Serialize>(metadata: &T) -> Value {
    serde_json::to_value(metadata).unwrap_or_default()
}
