/** A process of its own, whose time zone is that of its environment: writes days and moments in every way, and prints what it reads. */
import { createDataSource } from '../../src/data-source.js';
import { KpiMetric, KpiType, Post } from '../../src/entities/index.js';

async function main(): Promise<void> {
  const [url = '', ...days] = process.argv.slice(2);
  const dataSource = await createDataSource({ url }).initialize();
  const metrics = dataSource.getRepository(KpiMetric);
  const posts = dataSource.getRepository(Post);
  const { id: metricTypeId } = await dataSource.getRepository(KpiType).findOneByOrFail({});
  const type = { metricType: { id: metricTypeId } };
  const read: Record<string, unknown>[] = [];
  for (const [index, date] of days.entries()) {
    const common = { date, ...type, value: 1 };
    const saved = await metrics.save(metrics.create({ ...common, metricName: `saved_${index}` }));
    await metrics.insert({ ...common, metricName: `inserted_${index}` });
    const updated = await metrics.save(
      metrics.create({ ...common, date: '1999-01-01', metricName: `updated_${index}` }),
    );
    await metrics.update({ id: updated.id }, { date });
    const found = await metrics.findBy({ date });
    found.forEach((metric) => (metric.value = 2));
    await metrics.save(found);
    const builder = metrics.createQueryBuilder('m').where('m.date = :date', { date });
    const rows = await builder.clone().select('m.date', 'date').getRawMany<{ date: unknown }>();
    const entities = await builder.clone().getMany();
    const [stored] = await dataSource.query<{ days: string[]; list: unknown }[]>(
      `SELECT array_agg(date::text) AS days, array_agg(date) AS list FROM kpi_metrics WHERE metric_name LIKE $1 AND value = 2`,
      [`%\\_${index}`],
    );
    read.push({
      date,
      all: [saved.date, ...found.map((metric) => metric.date), ...rows.map((row) => row.date)],
      entities: entities.map((metric) => metric.date),
      stored: stored?.days,
      list: stored?.list,
    });
  }
  const moments: unknown[] = [];
  for (const post of await posts.find({ order: { platformPostId: 'ASC' } })) {
    const detectedAt = new Date((post.rawMetrics as unknown as { at: string }).at);
    await posts.update({ id: post.id }, { detectedAt });
    const [row] = await dataSource.query<{ at: Date }[]>(
      'SELECT detected_at AS at FROM posts WHERE id = $1 AND detected_at = $2',
      [post.id, detectedAt],
    );
    const [found] = await posts.findBy({ id: post.id, detectedAt });
    moments.push([detectedAt.toISOString(), row?.at.toISOString(), found?.detectedAt.toISOString()]);
  }
  await dataSource.destroy();
  process.stdout.write(JSON.stringify({ read, moments, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }));
}

void main();
