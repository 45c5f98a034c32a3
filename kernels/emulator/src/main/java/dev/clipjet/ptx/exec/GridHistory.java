package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.race.EarlierNumbers;
import java.util.ArrayList;
import java.util.List;

/**
 * The grids of a stream that its next one may overlap, if that is a programmatic launch.
 *
 * <p>Such a grid starts when every block of the grid before it has executed {@code griddepcontrol.launch_dependents} or ended; in
 * either case what that grid wrote need not be visible before {@code griddepcontrol.wait} (CUDA Programming Guide, section
 * "Programmatic Dependent Launch and Synchronization"). The wait is for the grid directly before, as PTX defines it. Whether still
 * earlier ones are over then follows from what the grid directly before did:
 *
 * <ul>
 *   <li>It ends after its own prerequisites if one of its threads waited for them; one is enough, because it then ends later.
 *   <li>A grid in which no thread waits may end before its prerequisites do, and who waits for it knows nothing of them.
 *   <li>It starts its dependents after its own prerequisites if one of its blocks has waited before its {@code launch_dependents},
 *       or before its end; one is enough, because dependents need every block's signal.
 * </ul>
 *
 * <p>Of a chain of launches that never settles, the last {@value #LONGEST} grids are kept.
 */
public final class GridHistory {
    private static final int LONGEST = 16;

    /** What the last grid may have overlapped. */
    private EarlierGrids before = EarlierGrids.NONE;
    /** The last grid, or null if everything is over. */
    private EarlierGrid last;

    private boolean programmatic;

    /** Everything so far is over before what comes next. */
    public void settle() {
        before = EarlierGrids.NONE;
        last = null;
    }

    /** A launch in another stream begins, and memory will forget what the last grid did, unless it is kept. */
    public void keep(GlobalMemory memory) {
        if (last == null) {
            return;
        }
        // Few streams have programmatic launches; for the others nothing is held.
        if (programmatic || last.code().controlsDependents()) {
            last.keep(memory);
        } else {
            settle();
        }
    }

    /** What a programmatic launch may overlap that begins now. */
    public EarlierGrids next(GlobalMemory memory) {
        programmatic = true;
        if (last == null) {
            return EarlierGrids.NONE;
        }
        last.keep(memory);
        GridDependencies known = last.dependencies();
        List<EarlierGrids.Entry> old = before.entries();
        List<EarlierGrids.Entry> kept = old.stream()
                .filter(entry -> entry.pastWait() || !known.startsAfterWait())
                .toList();
        kept = kept.subList(Math.max(0, kept.size() + 1 - LONGEST), kept.size());
        int[] numbers = old.stream().mapToInt(kept::indexOf).toArray();
        int prerequisites = 0;
        List<EarlierGrids.Entry> entries = new ArrayList<>();
        for (EarlierGrids.Entry entry : kept) {
            prerequisites |= entry.pastWait() ? 0 : 1 << entries.size();
            entries.add(new EarlierGrids.Entry(
                    entry.grid(),
                    entry.pastWait() || !known.waited(),
                    entry.numbers().then(numbers)));
        }
        entries.add(new EarlierGrids.Entry(last, false, new EarlierNumbers(numbers, prerequisites)));
        return new EarlierGrids(entries);
    }

    /** A launch has ended; {@code overlapped} are the grids that it may have overlapped. */
    void ran(Launch launch, EarlierGrids overlapped) {
        before = overlapped;
        last = new EarlierGrid(launch);
    }
}
