/** The one timer of this process for everything that waits for a server. */

import { TimerWheel } from '../lib/timer-wheel.ts';

export const DEADLINES = new TimerWheel();
