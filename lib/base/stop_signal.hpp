#pragma once

namespace isinglass {

/// From now on USR1, TERM and INT end nothing: they are noted, for stop_signal() to tell. A second INT ends the process as
/// usual, and an INT that the caller had switched off stays so. To be called before the work starts, on every rank.
void catch_stop_signals();

/// "USR1", "TERM" or "INT", whichever came first; nullptr if none did.
[[nodiscard]] const char* stop_signal();

}  // namespace isinglass
