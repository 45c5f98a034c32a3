/** What the tests of several modules share. */
module dev.clipjet.tests.support {
    requires transitive com.fasterxml.jackson.databind;
    requires transitive org.junit.jupiter.api;

    exports dev.clipjet.tests.support;
}
