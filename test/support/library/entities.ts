import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

/** A person who borrows books. */
@Entity({ name: 'members' })
export class Member {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column({ type: 'text' }) name!: string;
  @CreateDateColumn({ type: 'timestamptz' }) created_at!: Date;
}

@Entity({ name: 'books' })
export class Book {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column({ type: 'text', unique: true }) isbn!: string;
  @Column({ type: 'text' }) title!: string;
  @Column({ type: 'text', nullable: true }) shelf!: string | null;
}

/** A book that a member has borrowed; `returned_at` is null until it is back. */
@Entity({ name: 'loans' })
export class Loan {
  @PrimaryGeneratedColumn('uuid') id!: string;

  @ManyToOne(() => Book, { nullable: false, onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'book_id' })
  book!: Relation<Book>;

  @ManyToOne(() => Member, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'member_id' })
  member!: Relation<Member>;

  @Column({ type: 'timestamptz' }) due_at!: Date;
  @Column({ type: 'timestamptz', nullable: true }) returned_at!: Date | null;
}
