"""Changes of HDF5 files that leave their checksums right: a table says what each file is made to hold."""

import h5py
import numpy as np

NAN, INF = float("nan"), float("inf")


def set_attribute(place, name, value):
    def edit(file):
        if isinstance(value, str):
            del file[place].attrs[name]
            text = h5py.string_dtype("utf-8", max(1, len(value)))
            file[place].attrs.create(name, np.array(value.encode(), dtype=text), dtype=text)
        else:
            file[place].attrs.modify(name, value)
    return edit


def set_data(place, change):
    """Replaces a dataset by change(array) in chunks with HDF5's checksums, as old checkpoints have their duals too."""
    def edit(file):
        old = file[place]
        new = np.asarray(change(old[...].copy()))
        chunks = tuple(max(1, n) for n in new.shape)
        dtype = old.dtype
        del file[place]
        if f"{place}_checksums" in file:
            del file[f"{place}_checksums"]
        file.create_dataset(place, data=new.astype(dtype), dtype=dtype, chunks=chunks, maxshape=(None,) * new.ndim,
                            fletcher32=True)
    return edit


def at(index, value):
    def change(array):
        array[index] = value
        return array
    return change


def several(*edits):
    def edit(file):
        for each in edits:
            each(file)
    return edit


def change_file(path, edit):
    with h5py.File(path, "r+", libver=("v110", "v110")) as file:
        edit(file)
