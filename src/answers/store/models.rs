use super::{Answers, StoreError};
use crate::answers::Identity;
use crate::answers::reading::method_word;
use crate::scores::Method;

impl Answers {
    /// Returns the models that have answers, in the order of their first request, each with the ways in which its
    /// answers were read.
    pub(crate) fn models(&self) -> Result<Vec<(Identity, Vec<Method>)>, StoreError> {
        self.find_models().map_err(|error| self.error(&error))
    }

    fn find_models(&self) -> rusqlite::Result<Vec<(Identity, Vec<Method>)>> {
        let mut query = self.connection.prepare(
            "SELECT provider, address, models.model, parameters, group_concat(DISTINCT method) FROM models
             JOIN requests ON requests.model = models.id
             WHERE EXISTS (SELECT 1 FROM answers WHERE answers.request = requests.id)
             GROUP BY models.id ORDER BY models.id",
        )?;
        let mut rows = query.query([])?;
        let mut models = Vec::new();
        while let Some(row) = rows.next()? {
            let words: String = row.get(4)?;
            let methods = [Method::Exact, Method::Top, Method::Samples];
            let methods =
                methods.into_iter().filter(|method| words.split(',').any(|word| word == method_word(*method)));
            let identity =
                Identity { provider: row.get(0)?, address: row.get(1)?, model: row.get(2)?, parameters: row.get(3)? };
            models.push((identity, methods.collect()));
        }
        Ok(models)
    }
}
