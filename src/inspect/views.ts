/** The readings of a text: what it says once what hides it is undone. */

import type { View } from './rule.ts';

export function viewsOf(text: string): View[] {
  const same = (index: number) => index;
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
  return [
    { text, form: 'exact', steps: [], origin: same },
    { text: text.replace(/[^\w-]+/g, ''), form: 'compact', steps: [] },
    { text: words, form: 'words', steps: [] },
    { text: words.replaceAll(' ', ''), form: 'joined', steps: [] },
  ];
}
