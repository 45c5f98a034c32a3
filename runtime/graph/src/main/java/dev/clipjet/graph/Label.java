package dev.clipjet.graph;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How an operation is known.
 *
 * @param name unique within the graph, for reports; nothing is decided by it
 * @param roles what its output is to those who read it out, mostly nothing
 */
public record Label(String name, Set<Role> roles) {
    public Label {
        roles = Set.copyOf(roles);
    }

    /** A name with roles. */
    public static Label of(String name, Role... roles) {
        return new Label(name, new LinkedHashSet<>(List.of(roles)));
    }
}
