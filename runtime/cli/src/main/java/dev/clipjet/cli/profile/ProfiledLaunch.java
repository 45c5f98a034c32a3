package dev.clipjet.cli.profile;

import dev.clipjet.ptx.profile.LaunchCounts;
import dev.clipjet.ptx.profile.LaunchProfile;

/**
 * A launch of a forward pass.
 *
 * @param operation the operation that it ends
 * @param counts what it did
 * @param profile how long that takes
 */
public record ProfiledLaunch(String operation, LaunchCounts counts, LaunchProfile profile) {}
