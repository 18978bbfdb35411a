"""The garbage collector of a process whose objects live long, or die by reference counting."""

import gc

_OBJECTS_BETWEEN_LOOKS = 20_000


def spare_collector() -> None:
    """Run the garbage collector less often, and freeze the objects that live as long as the process.

    A step allocates thousands of objects that reference counting frees. With the default threshold of 700,
    cycle detection took 5 % of a step, and each full collection blocked the process for about 50 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 10, 10)
