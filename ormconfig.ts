/** The door TypeORM's and typeorm-extension's command lines knock on: exactly one DataSource. */
import { createDataSource } from './src/data-source.js';

export default createDataSource({ url: process.env['DATABASE_URL'] ?? '' });
