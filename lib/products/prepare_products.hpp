#pragma once

namespace isinglass {

/// Makes BLAS ready, once a process, with one thread: ranks are the parallelism, and threads would fight over the cores.
/// To be called before the first product. Throws InputError where BLAS cannot have its buffers, as under `ulimit -v`, for
/// which it would wait without end in the middle of a product, and Interrupted if a stop signal comes meanwhile.
void prepare_products();

}  // namespace isinglass
