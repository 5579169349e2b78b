import { InteractionEvent } from '../../entities/core/interaction-event.js';
import { Post } from '../../entities/index.js';
import { Like } from './words.js';

/** Something an author did with us, to be appended to their history by the relationship updater. */
export class InteractionInput extends InteractionEvent {
  /** Whose history. */
  @Like(Post, 'authorId') authorId!: string;
}
