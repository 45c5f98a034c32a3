package dev.clipjet.ptx.exec;

/** A step that lanes of a warp execute together: {@code .sync} and {@code .aligned} instructions. */
public abstract class WarpStep extends Step {
    @Override
    public final Kind kind() {
        return Kind.WARP;
    }

    /** The lanes that must take part, as one of the lanes in {@code mask} says it; exited lanes are not waited for. */
    public abstract int members(Warp warp, int lane);

    /** Whether lanes name the same members. */
    public boolean agree(Warp warp, int lanes) {
        return true;
    }

    /** Whether the step is {@code .aligned}: reaching it with part of the warp is an error. */
    public boolean aligned() {
        return false;
    }
}
