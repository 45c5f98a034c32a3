package dev.clipjet.ptx.exec;

import dev.clipjet.device.Dim3;

/** Blocks that run together and reach each other's shared memory; without clusters, a single block. */
final class Cluster {
    private final Launch launch;
    private final Block[] blocks;
    private final ClusterBarrier barrier;

    Cluster(Launch launch, Progress progress) {
        this.launch = launch;
        blocks = new Block[(int) launch.shape().cluster().count()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = new Block(launch, progress);
        }
        barrier = new ClusterBarrier(blocks);
        for (Block block : blocks) {
            block.cluster(blocks, barrier);
        }
    }

    /** Becomes another cluster of the grid, at its beginning. */
    void begin(int index) {
        Dim3 grid = launch.shape().grid();
        Dim3 cluster = launch.shape().cluster();
        int across = grid.x() / cluster.x();
        int down = grid.y() / cluster.y();
        int x = index % across * cluster.x();
        int y = index / across % down * cluster.y();
        int z = index / (across * down) * cluster.z();
        for (int rank = 0; rank < blocks.length; rank++) {
            int bx = x + rank % cluster.x();
            int by = y + rank / cluster.x() % cluster.y();
            int bz = z + rank / (cluster.x() * cluster.y());
            blocks[rank].begin(bx + grid.x() * (by + grid.y() * bz));
        }
        barrier.reset();
    }

    /** Gives every block a turn; false if none could move. */
    boolean pass() {
        boolean moved = false;
        for (Block block : blocks) {
            if (!block.finished()) {
                moved |= block.pass();
            }
        }
        return moved;
    }

    /** Mixes all that decides what the blocks do, but for global memory, into a fingerprint. */
    long fingerprint(long before) {
        long mixed = before;
        for (Block block : blocks) {
            mixed = block.fingerprint(mixed);
        }
        return mixed;
    }

    /** Whether chance has no part in the schedule for the time being. */
    void calm(boolean on) {
        for (Block block : blocks) {
            block.schedule().calm(on);
        }
    }

    boolean finished() {
        for (Block block : blocks) {
            if (!block.finished()) {
                return false;
            }
        }
        return true;
    }

    int size() {
        return blocks.length;
    }

    /** Ends the launch with a report of where the threads of a block wait. */
    void deadlock(String why) {
        for (Block block : blocks) {
            if (!block.finished()) {
                block.deadlock(why);
            }
        }
    }
}
