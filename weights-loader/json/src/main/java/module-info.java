/** JSON files with bounds, and typed access whose errors name file, key and value. */
module dev.clipjet.json {
    requires transitive dev.clipjet.core;
    requires transitive com.fasterxml.jackson.databind;

    exports dev.clipjet.json;
}
