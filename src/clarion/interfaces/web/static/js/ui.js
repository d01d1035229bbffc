// What every signed-in page loads.
import "clarion/theme";
import "clarion/toast";
import "clarion/shell";
import "clarion/keys";
import "clarion/live";
